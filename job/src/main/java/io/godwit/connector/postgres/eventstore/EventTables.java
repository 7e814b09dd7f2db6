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
     */
    record Table(long oid, String name) {}

    private EventTables() {}

    static Optional<Table> find(Connection connection, EventStoreMapping mapping)
            throws SQLException {
        String sql = "SELECT CAST(to_regclass(?) AS oid), CAST(to_regclass(?) AS text)";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, mapping.quotedTable());
            statement.setString(2, mapping.quotedTable());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                long oid = rows.getLong(1);
                return rows.wasNull()
                        ? Optional.empty()
                        : Optional.of(new Table(oid, rows.getString(2)));
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
                        SELECT c.oid, CAST(CAST(c.oid AS regclass) AS text)
                        FROM pg_class c JOIN tree USING (oid)
                        ORDER BY c.oid
                        """;
        List<Table> tables = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, require(connection, mapping).oid());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tables.add(new Table(rows.getLong(1), rows.getString(2)));
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
}
