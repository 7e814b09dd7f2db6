package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Tells up to which position a store's events are all there. Positions are drawn before the commit,
 * so a reader that trusts the highest one skips those that commit late.
 *
 * <p>{@link #take} reads a position L that is committed, <em>then</em> the transactions H that hold
 * the sequence. When all of H have ended, a snapshot taken after that sees every event up to L that
 * there will ever be.
 *
 * <p>Assumptions ({@link SequenceCheck} refuses what it can see to be otherwise): positions go up
 * by nextval() of one sequence with CACHE 1; each is used in the transaction that drew it, or
 * never; nobody sets the sequence back; this is the primary, where pg_locks shows the writers.
 *
 * <p>Proof. Let X be a transaction that inserts p <= L.
 *
 * <ol>
 *   <li>nextval() takes RowExclusiveLock on the sequence before it draws, for the top-level
 *       transaction: neither the end of the statement nor the rollback of a savepoint gives it
 *       back. X holds it from before p is drawn until X ends.
 *   <li>L is at most the sequence's last value, read at that time, so p was drawn before. Therefore
 *       X had the lock when L was read.
 *   <li>The list of holders is read after L. If X is in it, X is waited for. If not, X had ended
 *       before. This is why the order matters: were the list read first, X could begin, draw p and
 *       be overtaken by the commit of a higher position in between, and be in neither.
 *   <li>A commit is visible to new snapshots before it gives back its locks, with synchronous
 *       replication and COMMIT PREPARED too. So when X is not in the list any more, a new snapshot
 *       sees p or p never comes.
 * </ol>
 *
 * <p>PREPARE TRANSACTION hands the lock on: the session disappears from the list and a holder
 * without one appears, in older servers under another id. So when a session has gone, whoever is
 * prepared at that time is taken into the fence. That ends: it happens once for each session of the
 * fence at most.
 *
 * <p>Whoever only holds the lock is waited for too: a transaction that has called nextval(),
 * currval() or setval() and never inserts. Writers are never held: reading pg_locks takes no lock
 * of theirs.
 *
 * <p>Used by one thread, that of its connection, which is in autocommit: in a transaction L would
 * be of an old snapshot. A fence does not survive a restart of the server; take another.
 */
public final class GapFence {

    private static final Duration SLOW = Duration.ofSeconds(5);
    private static final long LONGEST_PAUSE_MILLIS = 10;

    private final Connection connection;
    private final PositionSequence.Sequence sequence;
    private final SlowHolders slow;
    private final String lastPosition;
    private long highest = Long.MIN_VALUE;

    /** Refuses a store where the fence does not hold, as {@link SequenceCheck} explains. */
    public GapFence(Connection connection, EventStoreMapping mapping) throws SQLException {
        this(connection, mapping, SLOW);
    }

    GapFence(Connection connection, EventStoreMapping mapping, Duration slowAfter)
            throws SQLException {
        this.connection = connection;
        requireAutoCommit();
        this.sequence = SequenceCheck.require(connection, mapping);
        this.slow = new SlowHolders(connection, sequence.oid(), slowAfter);
        this.lastPosition =
                "SELECT (SELECT max(%s) FROM %s), last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM %s"
                        .formatted(
                                EventStoreMapping.quoted(mapping.position()),
                                mapping.quotedTable(),
                                sequence.name());
    }

    /**
     * The last position and who may still commit one below it. In an empty store the position is
     * below all.
     */
    public Fence take() throws SQLException {
        requireAutoCommit();
        long position = readPosition();
        return new Fence(position, holders());
    }

    /** The same fence with those holders that are still there. */
    public Fence stillOpen(Fence fence) throws SQLException {
        return fence.isFinal() ? fence : fence.stillOpen(holders());
    }

    /**
     * Waits until the fence is final or the time is over. Nobody is skipped: a fence that is not
     * final can be awaited again.
     *
     * @param report told of a holder that is older than 5 s, once for each
     */
    public Fence await(Fence fence, Duration timeout, Consumer<SlowHolder> report)
            throws SQLException, InterruptedException {
        requireAutoCommit();
        long begin = System.nanoTime();
        long pause = 1;
        Fence left = stillOpen(fence);
        while (!left.isFinal()) {
            Duration waited = Duration.ofNanos(System.nanoTime() - begin);
            slow.report(left, waited, report);
            long rest = timeout.minus(waited).toMillis();
            if (rest <= 0) {
                return left;
            }
            Thread.sleep(Math.min(pause, rest));
            pause = Math.min(pause + 1, LONGEST_PAUSE_MILLIS);
            left = stillOpen(left);
        }
        return left;
    }

    private long readPosition() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(lastPosition);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            Long committed = rows.getObject(1, Long.class);
            long drawn = rows.getLong(2);
            if (drawn < highest) {
                throw MigrationException.fatal(
                        sequence.name(),
                        "Sequence "
                                + sequence.name()
                                + " went back from "
                                + highest
                                + " to "
                                + drawn
                                + ": events that are written now come before those that have been"
                                + " read. Set it above the last position and migrate from the"
                                + " beginning");
            }
            if (committed == null) {
                return sequence.minimum() - 1;
            }
            // A position above the sequence did not come from it and proves nothing about others.
            long position = Math.min(committed, drawn);
            highest = Math.max(highest, position);
            return position;
        }
    }

    private Set<Fence.Holder> holders() throws SQLException {
        String sql =
                """
                SELECT virtualtransaction, coalesce(pid, 0)
                FROM pg_locks
                WHERE locktype = 'relation' AND relation = CAST(? AS oid)
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND mode = 'RowExclusiveLock' AND granted
                """;
        Set<Fence.Holder> holders = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, sequence.oid());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    holders.add(new Fence.Holder(rows.getString(1), rows.getInt(2)));
                }
            }
        }
        return holders;
    }

    private void requireAutoCommit() throws SQLException {
        if (!connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "The gap fence needs a connection in autocommit: in a transaction the last"
                            + " position would be that of an old snapshot");
        }
    }
}
