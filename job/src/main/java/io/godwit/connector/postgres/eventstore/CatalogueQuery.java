package io.godwit.connector.postgres.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Short questions to a database, with text parameters. */
final class CatalogueQuery {

    private CatalogueQuery() {}

    interface Read<T> {
        T of(ResultSet row) throws SQLException;
    }

    static <T> List<T> list(Connection connection, String sql, Read<T> read, String... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<T> all = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    all.add(read.of(rows));
                }
            }
            return all;
        }
    }

    /** Whether the one row that comes back says true. */
    static boolean holds(Connection connection, String sql, String... parameters)
            throws SQLException {
        return list(connection, sql, row -> row.getBoolean(1), parameters).get(0);
    }

    static String text(Connection connection, String sql, String... parameters)
            throws SQLException {
        return list(connection, sql, row -> row.getString(1), parameters).get(0);
    }
}
