package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The event table in the catalogue: itself, its partitions, its columns. */
final class EventTables {

    /** Begins with a table's oid and yields it with everything that inherits from it. */
    static final String TREE =
            """
            WITH RECURSIVE tree(oid) AS (
                SELECT CAST(? AS oid)
                UNION
                SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)
            """;

    /**
     * @param name as it may stand in a statement of the session that looked it up
     * @param partition has the row triggers of what it is a partition of
     */
    record Table(long oid, String name, boolean partition) {}

    private EventTables() {}

    /** The same condition, for which the planner can use no index. */
    static String unindexed(String condition) {
        return "(" + condition + ") IS TRUE";
    }

    static Optional<Table> find(Connection connection, EventStoreMapping mapping)
            throws SQLException {
        return find(connection, mapping.quotedTable());
    }

    /**
     * @param quotedTable as SQL names it
     */
    static Optional<Table> find(Connection connection, String quotedTable) throws SQLException {
        String sql =
                "SELECT oid, CAST(CAST(oid AS regclass) AS text), relispartition FROM pg_class"
                        + " WHERE oid = to_regclass(?)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, quotedTable);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(table(rows)) : Optional.empty();
            }
        }
    }

    static Table require(Connection connection, EventStoreMapping mapping) throws SQLException {
        return find(connection, mapping)
                .orElseThrow(
                        () ->
                                MigrationException.refused(
                                        mapping.table(),
                                        "There is no table "
                                                + mapping.table()
                                                + " in this database; event_store.table names the"
                                                + " event table, with its schema if it is not on"
                                                + " the user's search path"));
    }

    /** The event table and its partitions of every level: each can be inserted into by name. */
    static List<Table> all(Connection connection, EventStoreMapping mapping) throws SQLException {
        String sql =
                TREE
                        + """
                        SELECT c.oid, CAST(CAST(c.oid AS regclass) AS text), c.relispartition
                        FROM pg_class c JOIN tree USING (oid)
                        ORDER BY c.oid
                        """;
        List<Table> tables = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, require(connection, mapping).oid());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tables.add(table(rows));
                }
            }
        }
        return tables;
    }

    /** The type of a column of the event table, as it may stand in a CAST. */
    static String typeOf(Connection connection, EventStoreMapping mapping, String column)
            throws SQLException {
        String sql =
                "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                        + " WHERE attrelid = CAST(? AS oid) AND attname = ? AND NOT attisdropped";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, require(connection, mapping).oid());
            statement.setString(2, column);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    return rows.getString(1);
                }
            }
        }
        throw MigrationException.refused(
                column,
                "Table "
                        + mapping.table()
                        + " has no column "
                        + column
                        + "; event_store maps the columns of the event table");
    }

    /** What Godwit names otherwise names nobody: a UUID in capitals is not found as text. */
    static void requireAsPrinted(Connection connection, EventStoreMapping mapping, String tenant)
            throws SQLException {
        String type = typeOf(connection, mapping, mapping.tenantId());
        String sql = "SELECT CAST(CAST(CAST(? AS text) AS " + type + ") AS text)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                if (!tenant.equals(rows.getString(1))) {
                    throw MigrationException.refused(
                            tenant,
                            "Tenant "
                                    + tenant
                                    + " is printed as "
                                    + rows.getString(1)
                                    + " by column "
                                    + mapping.tenantId()
                                    + " ("
                                    + type
                                    + "); name it so");
                }
            }
        }
    }

    private static Table table(ResultSet rows) throws SQLException {
        return new Table(rows.getLong(1), rows.getString(2), rows.getBoolean(3));
    }
}
