package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Sessions in which a value is printed as one text, whatever the role's, the database's and the
 * server's settings are, and in transactions.
 */
final class StoreSession {

    private static final List<String> SETTINGS =
            List.of(
                    "TimeZone = 'UTC'",
                    "DateStyle = 'ISO, YMD'",
                    "IntervalStyle = 'postgres'",
                    "extra_float_digits = 3",
                    "bytea_output = 'hex'",
                    "lc_monetary = 'C'",
                    // Rows that a policy hides are an error, not missing.
                    "row_security = off",
                    // The side that is done first waits for the other one.
                    "idle_in_transaction_session_timeout = 0",
                    "jit = off");

    private StoreSession() {}

    static Connection open(PostgresEventStoreSpec spec, String migration) throws SQLException {
        Connection connection = spec.open(migration);
        try (Statement statement = connection.createStatement()) {
            for (String setting : SETTINGS) {
                statement.execute("SET " + setting);
            }
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
