package io.godwit.connector.postgres.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who may have read a tenant's route before there was one, and so appends without its lock. A
 * cutover is not ready before all of them have ended, as CREATE INDEX CONCURRENTLY is not.
 *
 * <p>A transaction W that read no route for the tenant did so with a snapshot from before the row's
 * insertion I was visible; created_xid = M was drawn after that.
 *
 * <ul>
 *   <li>READ COMMITTED: W had inserted its events when its trigger read, so it had an id below M
 *       and keeps it to its end: backend_xid.
 *   <li>REPEATABLE READ, SERIALIZABLE: W may have no id yet, but keeps its snapshot to its end. I
 *       was running or had not begun then, so the snapshot's xmin is at most I's id, below M:
 *       backend_xmin.
 *   <li>A prepared transaction has an id and no snapshot. Its id may be above M if it was
 *       REPEATABLE READ. It holds its locks: it is one of ours only if it has written the event
 *       table and has not the tenant's lock.
 * </ul>
 *
 * <p>The converse does not hold: a snapshot taken today has an old xmin while an older transaction
 * runs, of any database of the server. So {@link #list} can show sessions that do no harm; {@link
 * #await} does not wait for those that came later. A live session is looked for before a prepared
 * one: PREPARE makes it the second before it ceases to be the first.
 */
public final class OldSnapshots {

    private static final Duration POLL = Duration.ofMillis(20);

    private static final String LIVE =
            """
            SELECT 'session ' || a.pid || ' ' || l.virtualxid, a.pid, a.application_name,
                extract(epoch FROM clock_timestamp() - a.xact_start) * 1000
            FROM godwit.tenant_route r, pg_stat_activity a
            JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'virtualxid'
                AND l.mode = 'ExclusiveLock' AND l.virtualxid = l.virtualtransaction
            WHERE r.tenant_id = ? AND a.datname = current_database()
                AND a.pid <> pg_backend_pid()
                AND a.backend_type NOT IN ('autovacuum worker', 'walsender')
                AND (godwit.is_before(a.backend_xid, r.created_xid)
                    OR godwit.is_before(a.backend_xmin, r.created_xid))
            ORDER BY a.xact_start
            """;

    private static final String PREPARED =
            EventTables.TREE
                    + """
                    SELECT 'prepared ' || p.transaction || ' ' || p.gid, 0, p.gid,
                        extract(epoch FROM clock_timestamp() - p.prepared) * 1000
                    FROM godwit.tenant_route r, pg_prepared_xacts p
                    WHERE r.tenant_id = ? AND p.database = current_database()
                        AND (godwit.is_before(p.transaction, r.created_xid) OR EXISTS (
                            SELECT FROM pg_locks own
                            JOIN pg_locks l ON l.virtualtransaction = own.virtualtransaction
                                AND l.pid IS NULL
                            WHERE own.pid IS NULL AND own.locktype = 'transactionid'
                                AND own.transactionid = p.transaction
                            HAVING bool_or(l.locktype = 'relation' AND l.mode = 'RowExclusiveLock'
                                    AND l.relation IN (SELECT oid FROM tree))
                                AND NOT bool_or(l.locktype = 'advisory' AND l.objsubid = 1
                                    AND (CAST(l.classid AS bigint) << 32) | CAST(l.objid AS bigint)
                                        = hashtextextended('godwit:' || r.tenant_id, 0))))
                    ORDER BY p.prepared
                    """;

    private final EventStoreMapping mapping;

    public OldSnapshots(EventStoreMapping mapping) {
        this.mapping = Objects.requireNonNull(mapping, "mapping");
    }

    /**
     * @param id this transaction and no other, as long as the server runs
     * @param pid 0 for a prepared transaction
     * @param application its name, or the name of the prepared transaction
     * @param age of the transaction; null where the user may not see it
     */
    public record Session(String id, int pid, String application, Duration age) {}

    /**
     * Empty if the tenant can be switched. The tenant has a route row.
     *
     * @param connection in autocommit, or the server would show what it showed before
     */
    public List<Session> list(Connection connection, String tenant) throws SQLException {
        if (!connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "Sessions are listed in autocommit: a transaction sees them but once");
        }
        if (new TenantRoutes(mapping).read(connection, tenant).isEmpty()) {
            throw new IllegalStateException(
                    "Tenant " + tenant + " has no route here; TenantRoutes.prepare comes first");
        }
        List<Session> all = new ArrayList<>(live(connection, tenant));
        all.addAll(prepared(connection, tenant));
        return List.copyOf(all);
    }

    /**
     * Waits for those that are old now, and for what they prepare.
     *
     * @return who is left when the time is over; empty if the tenant can be switched
     */
    public List<Session> await(Connection connection, String tenant, Duration timeout)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Set<String> watched = ids(list(connection, tenant));
        boolean sessionsGone = false;
        while (true) {
            List<Session> left = watched(live(connection, tenant), watched);
            List<Session> prepared = prepared(connection, tenant);
            if (left.isEmpty() && !sessionsGone) {
                sessionsGone = true;
                watched = ids(prepared);
            }
            left.addAll(sessionsGone ? watched(prepared, watched) : prepared);
            if (left.isEmpty() || System.nanoTime() - deadline >= 0) {
                return List.copyOf(left);
            }
            Thread.sleep(POLL.toMillis());
        }
    }

    private static Set<String> ids(List<Session> sessions) {
        return sessions.stream().map(Session::id).collect(Collectors.toSet());
    }

    private static List<Session> watched(List<Session> sessions, Set<String> ids) {
        return sessions.stream()
                .filter(session -> ids.contains(session.id()))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static List<Session> live(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LIVE)) {
            statement.setString(1, tenant);
            return sessions(statement);
        }
    }

    private List<Session> prepared(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PREPARED)) {
            statement.setLong(1, EventTables.require(connection, mapping).oid());
            statement.setString(2, tenant);
            return sessions(statement);
        }
    }

    private static List<Session> sessions(PreparedStatement statement) throws SQLException {
        List<Session> sessions = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                double millis = rows.getDouble(4);
                sessions.add(
                        new Session(
                                rows.getString(1),
                                rows.getInt(2),
                                rows.getString(3),
                                rows.wasNull() ? null : Duration.ofMillis((long) millis)));
            }
        }
        return sessions;
    }
}
