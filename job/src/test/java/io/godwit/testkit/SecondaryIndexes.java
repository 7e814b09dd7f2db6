package io.godwit.testkit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A plain table's indexes that no constraint needs, out of the way while it is filled. */
final class SecondaryIndexes {

    private final List<String> definitions = new ArrayList<>();

    private SecondaryIndexes() {}

    /** Partitioned tables keep theirs. In the transaction of the caller. */
    static SecondaryIndexes drop(Connection connection, String table) throws SQLException {
        SecondaryIndexes indexes = new SecondaryIndexes();
        String sql =
                """
                SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
                FROM pg_index i
                JOIN pg_class c ON c.oid = i.indrelid AND c.relkind = 'r'
                WHERE c.oid = to_regclass(?)
                  AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid)
                """;
        try (PreparedStatement select = connection.prepareStatement(sql);
                Statement drop = connection.createStatement()) {
            select.setString(1, table);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    drop.execute("DROP INDEX " + rows.getString(1));
                    indexes.definitions.add(rows.getString(2));
                }
            }
        }
        return indexes;
    }

    void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL maintenance_work_mem = '256MB'");
            for (String definition : definitions) {
                statement.execute(definition);
            }
        }
    }
}
