package io.godwit.connector.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Planner settings of a session. */
public final class PostgresPlans {

    private PostgresPlans() {}

    /**
     * For sessions that look up a batch of keys in tables that grow all the time: without fresh
     * statistics the planner would now and then join by reading a whole table, and the copy would
     * take time quadratic in its length.
     */
    public static void lookUpByIndex(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET enable_hashjoin = off");
            statement.execute("SET enable_mergejoin = off");
            statement.execute("SET enable_seqscan = off");
            statement.execute("SET jit = off");
        }
    }
}
