package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.BinaryCopy;
import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.model.ApplyResult;
import io.godwit.port.Target;
import java.sql.Connection;
import java.sql.SQLException;
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

    private final EventStoreMapping mapping;
    private final List<String> columns;
    private final long offset;
    private final StoreWriter writer;

    /** Set after a conflict: through the temporary table at once, until nothing is there. */
    private boolean careful;

    /**
     * @param columns of the rows, the position first
     * @param offset target position minus source position
     */
    public EventStoreTarget(
            PostgresEventStoreSpec store,
            List<String> columns,
            long offset,
            AppliedThrough appliedThrough) {
        this.mapping = store.eventStore();
        this.columns = List.copyOf(columns);
        this.offset = offset;
        this.writer = new StoreWriter(store, this.columns, appliedThrough);
    }

    @Override
    public ApplyResult apply(List<StoredEvent> batch) {
        List<byte[]> rows =
                batch.stream()
                        .filter(event -> !event.isMark())
                        .map(event -> RowField.moved(event.row(), offset))
                        .toList();
        return rows.isEmpty()
                ? writer.commitMarks(batch)
                : writer.call(connection -> applyRows(connection, batch, rows));
    }

    private ApplyResult applyRows(Connection connection, List<StoredEvent> batch, List<byte[]> rows)
            throws SQLException {
        if (!careful) {
            try {
                return writer.commit(connection, batch, open -> copy(open, rows));
            } catch (SQLException e) {
                if (!PostgresErrors.isConflict(e)) {
                    throw e;
                }
            }
        }
        ApplyResult result =
                writer.commit(
                        connection, batch, open -> new RowMerge(open, mapping, columns).keep(rows));
        careful = result.alreadyEqual() > 0;
        return result;
    }

    private ApplyResult copy(Connection connection, List<byte[]> rows) throws SQLException {
        BinaryCopy.send(connection, ColumnList.in(mapping.quotedTable(), columns), rows);
        return new ApplyResult(rows.size(), 0, 0);
    }

    @Override
    public void close() {
        writer.close();
    }
}
