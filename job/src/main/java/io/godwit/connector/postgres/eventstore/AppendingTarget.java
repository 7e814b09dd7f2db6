package io.godwit.connector.postgres.eventstore;

import io.godwit.model.ApplyResult;
import io.godwit.port.Target;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * An event store as a target that gives events positions of its own, behind those it has: for a
 * store with live readers, who would never look back, and for the way back after a cutover. Events
 * lie in it in the order in which they were delivered, so one lane delivers them, in the order of
 * the source.
 *
 * <p>No event is there twice, and those that once came from here are not sent back: a row is looked
 * for by its event id first, and one that is there with the same content is counted as already
 * equal. Why two lanes cannot both miss it, which no constraint excludes in every store:
 *
 * <ol>
 *   <li>A transaction takes the flow's advisory lock in a statement of its own before it looks, and
 *       holds it until it has ended.
 *   <li>It is READ COMMITTED, so the look has a snapshot of after the lock: it sees all that a
 *       holder before it has committed. A commit is visible before it gives back its locks.
 *   <li>A session that was lost with its COMMIT on the way holds the lock until the server has
 *       decided; the attempt after it waits for that.
 * </ol>
 *
 * <p>Nothing is kept across a crash; used by one thread.
 */
public final class AppendingTarget implements Target<StoredEvent> {

    private final EventStoreMapping mapping;
    private final List<String> columns;
    private final String lane;
    private final StoreWriter writer;

    /**
     * @param columns of the rows, the position first
     */
    public AppendingTarget(
            PostgresEventStoreSpec store, List<String> columns, AppliedThrough appliedThrough) {
        this.mapping = store.eventStore();
        this.columns = List.copyOf(columns);
        this.lane =
                "godwit append:" + appliedThrough.migration() + ":" + appliedThrough.fromStore();
        this.writer = new StoreWriter(store, this.columns, appliedThrough);
    }

    @Override
    public ApplyResult apply(List<StoredEvent> batch) {
        List<byte[]> rows =
                batch.stream().filter(event -> !event.isMark()).map(StoredEvent::row).toList();
        if (rows.isEmpty()) {
            return writer.commitMarks(batch);
        }
        return writer.call(
                connection -> writer.commit(connection, batch, open -> append(open, rows)));
    }

    /**
     * Until this target is closed nobody else appends the flow's events, and this one waits for
     * nobody. For moments only: whoever waits for longer than its lock_timeout tries again later.
     */
    public void keepOthersOut() {
        writer.call(
                connection -> {
                    lock(connection, "pg_advisory_lock");
                    connection.commit();
                    return ApplyResult.NOTHING;
                });
    }

    private void lock(Connection connection, String function) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("SELECT " + function + "(hashtextextended(?, 0))")) {
            lock.setString(1, lane);
            lock.execute();
        }
    }

    private ApplyResult append(Connection connection, List<byte[]> rows) throws SQLException {
        lock(connection, "pg_advisory_xact_lock");
        return new RowMerge(connection, mapping, columns).append(rows);
    }

    @Override
    public void close() {
        writer.close();
    }
}
