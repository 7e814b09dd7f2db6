package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.PostgresPlans;
import io.godwit.connector.postgres.RetryingSession;
import io.godwit.connector.postgres.RetryingSession.Call;
import io.godwit.model.ApplyResult;
import io.godwit.spec.Checks;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.OptionalLong;

/**
 * A session that writes a flow's events into a store, whatever their positions there: past the
 * store's write fence, and with the word how far the flow has come in the same transaction as the
 * rows, so that it is never ahead of them.
 *
 * <p>Used by one thread.
 */
final class StoreWriter implements AutoCloseable {

    private final PostgresEventStoreSpec store;
    private final AppliedThrough appliedThrough;
    private final List<String> columns;
    private final RetryingSession session;

    /**
     * @param columns of the rows, the position first
     */
    StoreWriter(PostgresEventStoreSpec store, List<String> columns, AppliedThrough appliedThrough) {
        this.store = store;
        this.columns = columns;
        this.appliedThrough = appliedThrough;
        this.session =
                new RetryingSession(
                        Checks.withoutQuery(store.url()),
                        () -> store.open(appliedThrough.migration()),
                        this::prepare);
    }

    private void prepare(Connection connection) throws SQLException {
        appliedThrough.requireTable(connection);
        String eventId = store.eventStore().eventId();
        // Without an index a look-up reads the whole table, and it had better do so once a batch.
        boolean indexed =
                StoreSchema.read(connection, store.eventStore()).indexes().stream()
                        .anyMatch(i -> i.columns().get(0).equals(eventId) && i.predicate() == null);
        if (indexed) {
            PostgresPlans.lookUpByIndex(connection);
        }
        StagedRows.createTable(connection, store.eventStore(), columns);
    }

    ApplyResult call(Call<ApplyResult> call) {
        return session.call("Writing to the target", call);
    }

    /**
     * One transaction with these rows.
     *
     * @param batch where the rows are from: its live elements raise applied-through
     */
    ApplyResult commit(Connection connection, List<StoredEvent> batch, Call<ApplyResult> rows)
            throws SQLException {
        return RetryingSession.transaction(
                connection,
                open -> {
                    WriteFence.pass(open, appliedThrough.migration());
                    ApplyResult result = rows.on(open);
                    raise(open, batch);
                    return result;
                });
    }

    /** What a batch without rows leaves to do: nothing, or to say how far it went. */
    ApplyResult commitMarks(List<StoredEvent> batch) {
        if (lastLive(batch).isEmpty()) {
            return ApplyResult.NOTHING;
        }
        return call(
                connection ->
                        RetryingSession.transaction(
                                connection,
                                open -> {
                                    doNotWaitForDisk(open);
                                    raise(open, batch);
                                    return ApplyResult.NOTHING;
                                }));
    }

    /**
     * A server that crashes may forget that a stretch without rows was passed, and passes it again.
     * The rows before it are safe: the log is written in order.
     */
    private static void doNotWaitForDisk(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL synchronous_commit = off");
        }
    }

    private void raise(Connection connection, List<StoredEvent> batch) throws SQLException {
        OptionalLong through = lastLive(batch);
        if (through.isPresent()) {
            appliedThrough.raise(connection, through.getAsLong());
        }
    }

    /**
     * Bulk ranges come in any order, and so do rows ahead of their turn; of them nothing can be
     * said before all are applied.
     */
    private static OptionalLong lastLive(List<StoredEvent> batch) {
        return batch.stream()
                .filter(event -> event.live() && !event.isAhead())
                .mapToLong(StoredEvent::sequence)
                .max();
    }

    @Override
    public void close() {
        session.close();
    }
}
