package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import java.sql.SQLException;
import java.util.List;

/**
 * The rows of some tenants in an event table, for {@code tail: logical}. Bulk ranges and the heads
 * that bound them are those of {@link EventTableLog}; a tail's rows come by {@link #ahead}, as soon
 * as they are committed, and its {@link #read} has nothing but the mark that a stretch is complete.
 *
 * <p>For targets that keep positions, where the order of writing does not matter. Nothing is kept
 * across a crash.
 */
public final class LogicalTableLog implements EventLog<StoredEvent> {

    private final PostgresEventStoreSpec spec;
    private final List<String> columns;
    private final List<String> tenants;
    private final String migration;
    private final EventTableLog table;
    private LogicalTail tail;
    private long proved = UNKNOWN;

    /**
     * @param columns what is read, the position first; none for every column that can be copied
     * @param tenants as the tenant column spells them
     */
    public LogicalTableLog(
            PostgresEventStoreSpec spec,
            List<String> columns,
            List<String> tenants,
            String migration) {
        this.spec = spec;
        this.columns = List.copyOf(columns);
        this.tenants = List.copyOf(tenants);
        this.migration = migration;
        this.table = new EventTableLog(spec, columns, tenants, migration);
    }

    private interface Call<T> {
        T run() throws SQLException;
    }

    @Override
    public boolean dense() {
        return false;
    }

    /** Of a tail: everything up to it was returned by this instance or by those before it. */
    @Override
    public long head(int tag) {
        if (tail == null) {
            return table.head(tag);
        }
        proved = call("Proving the head of the source", () -> tail.head());
        return proved;
    }

    @Override
    public boolean readsAhead() {
        return true;
    }

    /**
     * Rows of the tail that are committed, each as soon as it is.
     *
     * @param next everything below it was delivered; matters for the first call
     */
    @Override
    public List<StoredEvent> ahead(int tag, long next, int limit) {
        return call("Reading the source's write-ahead log", () -> open(next).next(limit));
    }

    private LogicalTail open(long next) throws SQLException {
        if (tail == null) {
            table.close();
            tail = LogicalTail.open(spec, columns, tenants, migration, next);
        }
        return tail;
    }

    @Override
    public List<StoredEvent> read(int tag, SequenceRange range, int limit, boolean live) {
        if (tail == null) {
            return table.read(tag, range, limit, live);
        }
        long last = range.until() - 1;
        if (last > proved) {
            throw new IllegalStateException(
                    "Reading " + range + " of a tail whose head is " + proved);
        }
        return List.of(StoredEvent.mark(last, live));
    }

    private <T> T call(String what, Call<T> call) {
        try {
            return call.run();
        } catch (SQLException e) {
            if (PostgresErrors.isTransient(e)) {
                closeTail();
            }
            throw PostgresErrors.of(what, e);
        }
    }

    private void closeTail() {
        if (tail != null) {
            tail.close();
            tail = null;
            proved = UNKNOWN;
        }
    }

    @Override
    public void close() {
        table.close();
        closeTail();
    }
}
