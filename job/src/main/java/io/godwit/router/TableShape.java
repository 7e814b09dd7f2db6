package io.godwit.router;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Which of eventsource-py's event tables this is.
 *
 * @param txid rows carry their transaction id (0.8 and later)
 * @param partitioned by timestamp: the unique constraints then hold per timestamp only
 */
record TableShape(boolean txid, boolean partitioned) {

    private static final String SHAPE =
            """
            SELECT EXISTS (SELECT 1 FROM pg_attribute a
                           WHERE a.attrelid = c.oid AND a.attname = 'txid' AND NOT a.attisdropped),
                   c.relkind = 'p'
            FROM pg_class c WHERE c.oid = to_regclass('events')
            """;

    static TableShape read(String storeId, Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SHAPE)) {
            if (!row.next()) {
                throw new EventStoreException(
                        "Store %s has no table events on its search path; create it or set currentSchema"
                                .formatted(storeId));
            }
            return new TableShape(row.getBoolean(1), row.getBoolean(2));
        }
    }
}
