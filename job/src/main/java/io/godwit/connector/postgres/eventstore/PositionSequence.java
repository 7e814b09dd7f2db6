package io.godwit.connector.postgres.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where the positions of an event table come from.
 *
 * @param table that has the column
 * @param expression the column's default as PostgreSQL prints it, null if there is none
 * @param sequence that an identity column or a plain nextval() draws from, null if there is none
 */
record PositionSequence(String table, String expression, Sequence sequence) {

    /**
     * @param name as it may stand in a statement of the session that looked it up
     */
    record Sequence(
            long oid, String name, long cache, long increment, long minimum, boolean cycles) {}

    /** The event table's first, then those of its partitions; empty if there is no such column. */
    static List<PositionSequence> of(Connection connection, EventStoreMapping mapping)
            throws SQLException {
        String sql =
                EventTables.TREE
                        + """
                        SELECT CAST(CAST(t.oid AS regclass) AS text),
                            pg_get_expr(d.adbin, d.adrelid),
                            s.seqrelid, CAST(CAST(s.seqrelid AS regclass) AS text),
                            s.seqcache, s.seqincrement, s.seqmin, s.seqcycle
                        FROM tree t
                        JOIN pg_attribute c
                            ON c.attrelid = t.oid AND c.attname = ? AND NOT c.attisdropped
                        LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = c.attnum
                        LEFT JOIN pg_sequence s ON s.seqrelid = (
                            SELECT i.objid FROM pg_depend i
                            WHERE c.attidentity <> '' AND i.deptype = 'i'
                                AND i.classid = CAST('pg_class' AS regclass)
                                AND i.refclassid = CAST('pg_class' AS regclass)
                                AND i.refobjid = t.oid AND i.refobjsubid = c.attnum
                            UNION ALL
                            SELECT n.refobjid FROM pg_depend n JOIN pg_sequence q ON q.seqrelid = n.refobjid
                            WHERE n.classid = CAST('pg_attrdef' AS regclass) AND n.objid = d.oid
                                AND n.refclassid = CAST('pg_class' AS regclass)
                                AND pg_get_expr(d.adbin, d.adrelid)
                                    ~ '^nextval\\(''[^()]*''::regclass\\)$'
                            LIMIT 1)
                        ORDER BY t.oid <> CAST(? AS oid), t.oid
                        """;
        long root = EventTables.require(connection, mapping).oid();
        List<PositionSequence> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, root);
            statement.setString(2, mapping.position());
            statement.setLong(3, root);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(
                            new PositionSequence(
                                    rows.getString(1), rows.getString(2), sequence(rows)));
                }
            }
        }
        return found;
    }

    /** The one sequence of all these tables; empty if there is none or more than one. */
    static Optional<Sequence> theOne(List<PositionSequence> tables) {
        Set<Sequence> all = new LinkedHashSet<>();
        for (PositionSequence table : tables) {
            if (table.sequence() != null) {
                all.add(table.sequence());
            }
        }
        boolean rootDraws = !tables.isEmpty() && tables.get(0).sequence() != null;
        return rootDraws && all.size() == 1 ? all.stream().findFirst() : Optional.empty();
    }

    private static Sequence sequence(ResultSet rows) throws SQLException {
        long oid = rows.getLong(3);
        return rows.wasNull()
                ? null
                : new Sequence(
                        oid,
                        rows.getString(4),
                        rows.getLong(5),
                        rows.getLong(6),
                        rows.getLong(7),
                        rows.getBoolean(8));
    }
}
