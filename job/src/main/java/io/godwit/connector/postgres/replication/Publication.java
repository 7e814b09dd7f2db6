package io.godwit.connector.postgres.replication;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The publication of the inserts into one table with all its partitions, as one table. */
final class Publication {

    private final FeedName name;
    private final String quotedTable;

    /**
     * @param quotedTable as it may stand in a statement
     */
    Publication(FeedName name, String quotedTable) {
        this.name = name;
        this.quotedTable = quotedTable;
    }

    /** The statement that {@link #create} runs. */
    String definition() {
        return "CREATE PUBLICATION "
                + name
                + " FOR TABLE "
                + quotedTable
                + " WITH (publish = 'insert', publish_via_partition_root = true)";
    }

    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(definition());
        }
    }

    /**
     * @return whether there was one
     */
    boolean drop(Connection connection) throws SQLException {
        if (!exists(connection)) {
            return false;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP PUBLICATION IF EXISTS " + name);
        }
        return true;
    }

    private boolean exists(Connection connection) throws SQLException {
        return holds(connection, "SELECT count(*) > 0 FROM pg_publication WHERE pubname = ?");
    }

    /** It is there, and no row of the table can be inserted past it. */
    boolean covers(Connection connection) throws SQLException {
        return holds(
                connection,
                """
                WITH RECURSIVE publication AS (
                    SELECT oid FROM pg_publication WHERE pubname = ? AND pubinsert AND pubviaroot
                ), tree(oid) AS (
                    SELECT CAST(to_regclass(?) AS oid)
                    UNION
                    SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid
                ), published AS (
                    SELECT prrelid AS oid FROM pg_publication_rel
                    WHERE prpubid = (SELECT oid FROM publication)
                )
                SELECT EXISTS (SELECT FROM published WHERE oid = CAST(to_regclass(?) AS oid))
                    AND NOT EXISTS (
                        SELECT FROM tree JOIN pg_class c USING (oid)
                        WHERE c.relkind <> 'p' AND tree.oid NOT IN (SELECT oid FROM published)
                            AND NOT EXISTS (
                                SELECT FROM pg_partition_ancestors(tree.oid) a
                                WHERE a.relid IN (SELECT oid FROM published)))
                """,
                quotedTable,
                quotedTable);
    }

    private boolean holds(Connection connection, String sql, String... more) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name.value());
            for (int i = 0; i < more.length; i++) {
                statement.setString(i + 2, more[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
