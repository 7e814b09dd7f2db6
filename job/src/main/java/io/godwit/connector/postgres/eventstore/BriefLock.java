package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Runs DDL on a table that is written to all the time. Whoever waits for a table's lock makes
 * everybody behind it wait, so each attempt gives up early and lets the writers through before the
 * next.
 */
final class BriefLock {

    private static final String LOCK_TIMEOUT = "55P03";
    private static final int ATTEMPTS = 40;
    private static final int ATTEMPT_MILLIS = 250;

    private final Connection connection;
    private final int attempts;

    /**
     * @param connection in autocommit; its lock_timeout is changed
     */
    BriefLock(Connection connection) {
        this(connection, ATTEMPTS);
    }

    BriefLock(Connection connection, int attempts) {
        this.connection = connection;
        this.attempts = attempts;
    }

    /** All of the statements in one transaction, or a refusal that names who holds the table. */
    void run(EventTables.Table table, String... ddl) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SET LOCAL lock_timeout = " + ATTEMPT_MILLIS);
                for (String sql : ddl) {
                    statement.execute(sql);
                }
                connection.commit();
                return;
            } catch (SQLException e) {
                connection.rollback();
                if (!LOCK_TIMEOUT.equals(e.getSQLState())) {
                    throw e;
                }
                if (attempt == attempts) {
                    throw MigrationException.transientFailure(table.name(), refusal(table), e);
                }
            } finally {
                connection.setAutoCommit(true);
            }
            letOthersThrough();
        }
    }

    private static void letOthersThrough() {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(ATTEMPT_MILLIS, 2 * ATTEMPT_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a table's lock", e);
        }
    }

    private String refusal(EventTables.Table table) throws SQLException {
        connection.rollback();
        String sql =
                """
                SELECT coalesce(
                    string_agg(DISTINCT who, ', ') FILTER (WHERE NOT reads),
                    string_agg(DISTINCT who, ', '), -- readers are in the way of a DROP only
                    'nobody any more')
                FROM (
                    SELECT l.mode IN ('AccessShareLock', 'RowShareLock') AS reads, coalesce(
                        'pid ' || l.pid || ' (' || a.application_name || ')',
                        'a prepared transaction') AS who
                    FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
                    WHERE l.locktype = 'relation' AND l.granted AND l.relation = CAST(? AS oid)
                        AND l.database =
                            (SELECT oid FROM pg_database WHERE datname = current_database())
                ) AS holders
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, table.oid());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return "Table "
                        + table.name()
                        + " could not be locked in "
                        + attempts
                        + " attempts of "
                        + ATTEMPT_MILLIS
                        + " ms; it is held by "
                        + rows.getString(1)
                        + ". Nothing was changed there: end those transactions and try again";
            }
        }
    }
}
