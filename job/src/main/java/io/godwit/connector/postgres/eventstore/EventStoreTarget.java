package io.godwit.connector.postgres.eventstore;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.godwit.connector.postgres.PostgresConnections;
import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.port.Target;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A tenant's own event store as a target that keeps the source's positions, moved by one offset.
 * Rows go in by binary COPY, in one transaction a batch. When one is there already, the batch is
 * repeated through a temporary table: equal rows are counted, a different one is an error that
 * names both.
 *
 * <p>Nothing is kept across a crash; used by one thread.
 */
public final class EventStoreTarget implements Target<StoredEvent> {

    private static final RetryPolicy<ApplyResult> WHILE_AWAY =
            RetryPolicy.<ApplyResult>builder()
                    .handleIf(e -> e instanceof SQLException sql && PostgresErrors.isTransient(sql))
                    .withBackoff(Duration.ofMillis(100), Duration.ofSeconds(5))
                    .withMaxAttempts(8)
                    .build();

    private final PostgresEventStoreSpec spec;
    private final List<String> columns;
    private final long offset;
    private final String migration;
    private Connection connection;

    /** Set after a conflict: through the temporary table at once, until nothing is there. */
    private boolean careful;

    /**
     * @param columns of the rows, the position first
     * @param offset target position minus source position
     */
    public EventStoreTarget(
            PostgresEventStoreSpec spec, List<String> columns, long offset, String migration) {
        this.spec = spec;
        this.columns = List.copyOf(columns);
        this.offset = offset;
        this.migration = migration;
    }

    @Override
    public ApplyResult apply(List<StoredEvent> batch) {
        List<byte[]> rows = new ArrayList<>(batch.size());
        for (StoredEvent event : batch) {
            if (!event.isMark()) {
                rows.add(RowField.moved(event.row(), offset));
            }
        }
        if (rows.isEmpty()) {
            return ApplyResult.NOTHING;
        }
        try {
            return Failsafe.with(WHILE_AWAY).get(() -> applyOrReconnect(rows));
        } catch (FailsafeException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw PostgresErrors.of("Writing to the target", sql);
            }
            Thread.currentThread().interrupt();
            throw MigrationException.transientFailure(
                    "target", "Interrupted while waiting for the target", e.getCause());
        }
    }

    private ApplyResult applyOrReconnect(List<byte[]> rows) throws SQLException {
        try {
            if (connection == null) {
                connection =
                        PostgresConnections.open(
                                spec.url(), spec.user(), spec.password(), migration);
                connection.setAutoCommit(false);
            }
            return applyInOne(rows);
        } catch (SQLException e) {
            if (PostgresErrors.isTransient(e)) {
                disconnect();
            }
            throw e;
        }
    }

    private ApplyResult applyInOne(List<byte[]> rows) throws SQLException {
        if (!careful) {
            try {
                pass();
                RowCopy.send(connection, into(spec.eventStore().quotedTable()), rows);
                connection.commit();
                return new ApplyResult(rows.size(), 0, 0);
            } catch (SQLException e) {
                rollback(e);
                if (!PostgresErrors.isConflict(e)) {
                    throw e;
                }
            }
        }
        try {
            pass();
            ApplyResult result = new RowMerge(connection, spec.eventStore(), columns).apply(rows);
            connection.commit();
            careful = result.alreadyEqual() > 0;
            return result;
        } catch (SQLException | RuntimeException e) {
            rollback(e);
            throw e;
        }
    }

    /** A target that is still closed to the tenant's writers takes rows from its migration only. */
    private void pass() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet fence =
                        statement.executeQuery(
                                "SELECT to_regprocedure('godwit.pass_write_fence(text)')"
                                        + " IS NOT NULL")) {
            fence.next();
            if (fence.getBoolean(1)) {
                WriteFence.pass(connection, migration);
            }
        }
    }

    private String into(String table) {
        return table
                + " ("
                + String.join(", ", columns.stream().map(EventStoreMapping::quoted).toList())
                + ")";
    }

    private void rollback(Exception because) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            because.addSuppressed(e);
        }
    }

    private void disconnect() {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            // The session is given up because it is broken; closing it can only say so again.
        } finally {
            connection = null;
        }
    }

    @Override
    public void close() {
        disconnect();
    }
}
