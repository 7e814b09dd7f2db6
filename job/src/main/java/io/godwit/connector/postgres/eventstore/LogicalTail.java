package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.replication.LogicalStream;
import io.godwit.connector.postgres.replication.PgOutputMessage;
import io.godwit.connector.postgres.replication.PgOutputMessage.Insert;
import io.godwit.connector.postgres.replication.ReplicationFeed;
import io.godwit.connector.postgres.replication.ServerAddress;
import io.godwit.connector.postgres.replication.WalPosition;
import io.godwit.model.SequenceRange;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The tail of an event table out of the server's write-ahead log: rows as soon as they are
 * committed, in any order of positions, and the word up to which position nothing is missing.
 *
 * <p>Claim: when {@link #head} says L, every row of the tenants with a position in [cursor, L] was
 * returned by {@link #next}, whoever commits when. Let S be the point of the log from which the
 * stream tells of commits, and D the last position drawn when it had begun.
 *
 * <ol>
 *   <li>A row whose commit record is behind S comes by the stream. Before L is said, the stream has
 *       passed the end of the log as of a moment t at which the gap fence of L was final. All rows
 *       up to L were visible at t, so their commit records are before that end.
 *   <li>A row whose commit record is before S has a position up to D, and [cursor, D] is read from
 *       the table once the stream has begun. Such a row may be invisible even then: a transaction
 *       is not visible yet when its commit record is written. But it holds the sequence until it
 *       is, so it is a holder of the first fence, which is taken after the stream has begun; when
 *       that one had holders, [cursor, D] is read again once they have gone, and only then its L is
 *       said.
 * </ol>
 *
 * <p>So nothing depends on where the slot is or whose it was: one that was lost is made anew. What
 * it is for is not to wait for the fence: a transaction that stays open delays the head and no row.
 * After a restart rows come again, by the stream or by the table.
 *
 * <p>Used by one thread.
 */
final class LogicalTail implements AutoCloseable {

    /** Longest wait for open transactions where the slot has to be made in the middle of a run. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private static final long UNSET = -1;

    private final Connection connection;
    private final EventRows rows;
    private final TenantTuples tuples;
    private final LogicalStream stream;
    private final GapFence gapFence;
    private final WalPosition wal;
    private long nextLook = System.nanoTime();

    /** Of the table, still to be read; null for nothing. */
    private SequenceRange backlog;

    /** To be read again when the first fence is final; null for nothing. */
    private SequenceRange again;

    private Fence pending;
    private long passes = UNSET;
    private long proved = EventTableLog.UNKNOWN;

    private LogicalTail(
            Connection connection,
            EventRows rows,
            TenantTuples tuples,
            LogicalStream stream,
            GapFence gapFence)
            throws SQLException {
        this.connection = connection;
        this.rows = rows;
        this.tuples = tuples;
        this.stream = stream;
        this.gapFence = gapFence;
        this.wal = new WalPosition(connection);
    }

    /**
     * @param columns of a row, the position first
     * @param cursor everything below it is final and delivered
     */
    static LogicalTail open(
            PostgresEventStoreSpec spec,
            List<String> columns,
            List<String> tenants,
            String migration,
            long cursor)
            throws SQLException {
        Connection connection = spec.open(migration);
        LogicalStream stream = null;
        try {
            EventStoreMapping mapping = spec.eventStore();
            StoreSchema schema = StoreSchema.read(connection, mapping);
            List<String> copied = columns.isEmpty() ? schema.copiedColumns() : columns;
            String tenantType = schema.typeOf(mapping.tenantId());
            EventRows rows = new EventRows(schema, copied, tenants);
            TenantTuples tuples = TenantTuples.of(connection, mapping, copied, tenantType, tenants);
            ReplicationFeed feed =
                    new ReplicationFeed(connection, migration, mapping.quotedTable());
            feed.ensure(PATIENCE);
            stream =
                    feed.open(
                            new ServerAddress(spec.url(), spec.user(), spec.password(), migration));
            LogicalTail tail =
                    new LogicalTail(
                            connection, rows, tuples, stream, new GapFence(connection, mapping));
            tail.begin(cursor, lastDrawn(connection, mapping));
            return tail;
        } catch (SQLException | RuntimeException e) {
            if (stream != null) {
                stream.close();
            }
            connection.close();
            throw e;
        }
    }

    private static long lastDrawn(Connection connection, EventStoreMapping mapping)
            throws SQLException {
        String sequence = SequenceCheck.require(connection, mapping).name();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT last_value FROM " + sequence)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void begin(long cursor, long drawn) throws SQLException {
        pending = gapFence.take();
        backlog = drawn < cursor ? null : new SequenceRange(cursor, drawn + 1);
        again = pending.isFinal() ? null : backlog;
    }

    /** Rows that are committed; none when there are none now. */
    List<StoredEvent> next(int limit) throws SQLException {
        List<StoredEvent> events = new ArrayList<>();
        if (backlog != null) {
            readBacklog(limit, events);
        } else {
            poll(limit, events);
        }
        return events;
    }

    private void readBacklog(int limit, List<StoredEvent> events) throws SQLException {
        stream.stayAlive();
        List<StoredEvent> page =
                rows.read(connection, backlog, limit, true, EventRows.Stretch.RECENT);
        for (StoredEvent event : page) {
            if (!event.isMark()) {
                events.add(StoredEvent.ahead(event.row()));
            }
        }
        long from = page.get(page.size() - 1).sequence() + 1;
        backlog = from == backlog.until() ? null : new SequenceRange(from, backlog.until());
    }

    private void poll(int limit, List<StoredEvent> events) throws SQLException {
        while (events.size() < limit) {
            PgOutputMessage message = stream.poll();
            if (message == null) {
                break;
            }
            if (message instanceof Insert insert) {
                byte[] row = tuples.row(stream.relation(insert), insert.row());
                if (row != null) {
                    events.add(StoredEvent.ahead(row));
                }
            }
        }
        stream.confirm(stream.receivedThrough());
    }

    /**
     * Every position up to it is final and its row returned; UNKNOWN before the first. No row waits
     * for it, so it is looked at less often than the stream.
     */
    long head() throws SQLException {
        if (pending == null || !pending.isFinal()) {
            long now = System.nanoTime();
            if (now - nextLook < 0) {
                return proved;
            }
            pending = pending == null ? gapFence.take() : gapFence.stillOpen(pending);
            nextLook = now + BETWEEN_LOOKS.toNanos();
        }
        if (pending.isFinal()) {
            pass();
        }
        return proved;
    }

    private void pass() throws SQLException {
        if (again != null) {
            backlog = again;
            again = null;
        }
        if (passes == UNSET) {
            passes = wal.end();
        }
        if (backlog == null && stream.receivedThrough() >= passes) {
            proved = Math.max(proved, Math.max(0, pending.position()));
            pending = null;
            passes = UNSET;
        }
    }

    @Override
    public void close() {
        stream.close();
        try {
            connection.close();
        } catch (SQLException e) {
            // The session is given up; closing it can only say so again.
        }
    }
}
