package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.EventRows.Stretch;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The rows of some tenants in an event table, by position. The head is what the gap fence has
 * proved: the highest position up to which nothing can still appear.
 *
 * <p>Nothing is kept across a crash: a new instance proves its head anew. A fence that is not final
 * when it is asked for is looked at again by the next call, so a writer that stays open delays the
 * head and nothing else. Calls that follow one another faster than {@link TailPace} allows are told
 * what is known already.
 */
public final class EventTableLog implements EventLog<StoredEvent> {

    private final PostgresEventStoreSpec spec;
    private final List<String> columns;
    private final List<String> tenants;
    private final String migration;
    private final boolean recentOnly;
    private Connection connection;
    private GapFence gapFence;
    private EventRows rows;
    private Fence pending;
    private long proved = UNKNOWN;
    private final TailPace pace = new TailPace();

    /** With every column that can be copied. */
    public EventTableLog(PostgresEventStoreSpec spec, List<String> tenants, String migration) {
        this(spec, List.of(), tenants, migration);
    }

    /**
     * @param columns what is read, the position first; none for every column that can be copied
     * @param tenants as the tenant column spells them
     */
    public EventTableLog(
            PostgresEventStoreSpec spec,
            List<String> columns,
            List<String> tenants,
            String migration) {
        this(spec, columns, tenants, migration, false);
    }

    private EventTableLog(
            PostgresEventStoreSpec spec,
            List<String> columns,
            List<String> tenants,
            String migration,
            boolean recentOnly) {
        this.spec = spec;
        this.columns = List.copyOf(columns);
        this.tenants = List.copyOf(tenants);
        this.migration = migration;
        this.recentOnly = recentOnly;
    }

    /** Another one that is never asked for more than the last stretch before the head. */
    public EventTableLog ofRecentEvents() {
        return new EventTableLog(spec, columns, tenants, migration, true);
    }

    private interface Call<T> {
        T on(Connection connection) throws SQLException;
    }

    @Override
    public boolean dense() {
        return false;
    }

    @Override
    public long head(int tag) {
        if (connection != null && !pace.isDue(System.nanoTime())) {
            return proved;
        }
        long head = call("Proving the head of the source", c -> prove());
        pace.looked(System.nanoTime());
        return head;
    }

    private long prove() throws SQLException {
        pending = pending == null ? gapFence.take() : gapFence.stillOpen(pending);
        if (pending.isFinal()) {
            proved = Math.max(proved, Math.max(0, pending.position()));
            pending = null;
        }
        return proved;
    }

    @Override
    public List<StoredEvent> read(int tag, SequenceRange range, int limit, boolean live) {
        Stretch stretch = live || recentOnly ? Stretch.RECENT : Stretch.BULK;
        List<StoredEvent> events =
                call(
                        "Reading " + range + " of the source",
                        c -> rows.read(c, range, limit, live, stretch));
        if (!events.get(0).isMark()) {
            pace.foundEvents();
        }
        return events;
    }

    private <T> T call(String what, Call<T> call) {
        try {
            if (connection == null) {
                open();
            }
            return call.on(connection);
        } catch (SQLException e) {
            if (PostgresErrors.isTransient(e)) {
                close();
            }
            throw PostgresErrors.of(what, e);
        }
    }

    private void open() throws SQLException {
        connection = spec.open(migration);
        StoreSchema schema = StoreSchema.read(connection, spec.eventStore());
        gapFence = new GapFence(connection, spec.eventStore());
        rows = new EventRows(schema, columns, tenants);
        pending = null;
    }

    @Override
    public void close() {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            // The session is given up; closing it can only say so again.
        } finally {
            connection = null;
        }
    }
}
