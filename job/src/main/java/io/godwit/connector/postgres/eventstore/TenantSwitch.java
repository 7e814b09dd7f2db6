package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * The steps of a cutover that happen in one transaction of the source's database: lock the tenant,
 * read its last position, move its route. The transaction is the caller's, READ COMMITTED, and its
 * COMMIT is the commit point; a rollback lets the waiting writers go on as if nothing had been.
 *
 * <p>{@link #lastPosition} and {@link #move} refuse to run without the lock: a position that was
 * read before it can be exceeded by an append that is committed before the lock is granted.
 *
 * <p>Used by one thread, that of the connection.
 */
public final class TenantSwitch {

    private static final String LOCK_TIMEOUT = "55P03";
    private static final String KEY = "hashtextextended('godwit:' || CAST(? AS text), 0)";

    /** Takes the tenant as its parameter. */
    private static final String LOCKED =
            """
            EXISTS (
                SELECT FROM pg_locks l, (SELECT %s AS key) AS k
                WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory' AND l.objsubid = 1
                    AND l.mode = 'ExclusiveLock' AND l.granted
                    AND CAST(l.classid AS bigint) = (k.key >> 32) & 4294967295
                    AND CAST(l.objid AS bigint) = k.key & 4294967295)
            """
                    .formatted(KEY);

    /** Sessions of this database that have the tenant's lock, in the mode that is put in. */
    private static final String HOLDERS =
            """
            FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid), (SELECT %s AS key) AS k
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.mode = '%%s' AND l.granted
                AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                AND CAST(l.classid AS bigint) = (k.key >> 32) & 4294967295
                AND CAST(l.objid AS bigint) = k.key & 4294967295
            """
                    .formatted(KEY);

    /** Takes the store, and twice the tenant. */
    private static final String MOVE =
            "WITH changed AS (UPDATE godwit.tenant_route SET store_id = ?, epoch = epoch + 1,"
                    + " state = 'moved', updated_at = clock_timestamp() WHERE tenant_id = ?"
                    + " AND state = 'open' AND "
                    + LOCKED
                    + " RETURNING *) SELECT epoch, "
                    + TenantRoutes.NOTIFY
                    + " FROM changed";

    private final EventStoreMapping mapping;

    public TenantSwitch(EventStoreMapping mapping) {
        this.mapping = Objects.requireNonNull(mapping, "mapping");
    }

    /**
     * Waits until the tenant's open appends have ended, and holds new ones until the end of the
     * transaction. The time-out stays the transaction's lock_timeout.
     *
     * @param connection in a transaction, best one that has done nothing yet
     * @return false if open appends did not end in time: the transaction is then to be rolled back
     */
    public boolean lockExclusively(Connection connection, String tenant, Duration timeout)
            throws SQLException {
        if (timeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "Lock time-out " + timeout + "; it is at least 1 ms");
        }
        requireTransaction(connection);
        try (Statement limit = connection.createStatement();
                PreparedStatement lock =
                        connection.prepareStatement("SELECT pg_advisory_xact_lock(" + KEY + ")")) {
            limit.execute("SET LOCAL lock_timeout = " + timeout.toMillis());
            lock.setString(1, tenant);
            lock.execute();
            return true;
        } catch (SQLException e) {
            if (LOCK_TIMEOUT.equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Whether a switch of the tenant is under way, of whomever: while it is, the route that is read
     * may be about to change. Once it is not, the route stays until the lock is taken again.
     *
     * @param connection that does not hold the lock itself
     */
    public boolean isUnderWay(Connection connection, String tenant) throws SQLException {
        return !holders(connection, tenant, "ExclusiveLock").isEmpty();
    }

    /** Who keeps the lock from being granted: transactions with an append of the tenant. */
    public List<String> openAppends(Connection connection, String tenant) throws SQLException {
        return holders(connection, tenant, "ShareLock");
    }

    private static List<String> holders(Connection connection, String tenant, String mode)
            throws SQLException {
        return CatalogueQuery.list(
                connection,
                "SELECT 'pid ' || l.pid || ' (' || coalesce(a.application_name, '') || ', open for '"
                        + " || coalesce(date_trunc('milliseconds', clock_timestamp() -"
                        + " a.xact_start)::text, '?') || ')' "
                        + HOLDERS.formatted(mode),
                row -> row.getString(1),
                tenant);
    }

    /**
     * The tenant's last position, empty if it has no event. If the switch commits, this is the last
     * there will ever be in this store.
     */
    public OptionalLong lastPosition(Connection connection, String tenant) throws SQLException {
        return lastPosition(connection, tenant, Long.MIN_VALUE);
    }

    /**
     * The same, read in a moment however large the store is: only what lies above a position that
     * the caller knows of, and empty if there is nothing.
     */
    public OptionalLong lastPosition(Connection connection, String tenant, long above)
            throws SQLException {
        Found found = find(connection, tenant, above);
        if (!found.locked()) {
            throw unlocked(tenant);
        }
        return found.position();
    }

    private record Found(OptionalLong position, boolean locked) {}

    private Found find(Connection connection, String tenant, long above) throws SQLException {
        // A range with an end: of one without the planner believes that it is a third of the table.
        String sql =
                "SELECT max(%1$s), %2$s FROM %3$s WHERE %1$s > ? AND %1$s < 9223372036854775807 AND %4$s"
                        .formatted(
                                EventStoreMapping.quoted(mapping.position()),
                                LOCKED,
                                mapping.quotedTable(),
                                EventTables.unindexed(
                                        EventStoreMapping.quoted(mapping.tenantId()) + " = ?"));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            statement.setLong(2, above);
            // Untyped: the server reads it as the column's type.
            statement.setObject(3, tenant, Types.OTHER);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                long position = rows.getLong(1);
                return new Found(
                        rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(position),
                        rows.getBoolean(2));
            }
        }
    }

    /**
     * Has the session read and planned what {@link #lastPosition} and {@link #move} need, so that
     * they are quick behind the lock. Needs no lock and changes nothing.
     */
    public void rehearse(Connection connection, String tenant, long above) throws SQLException {
        find(connection, tenant, above);
        try (PreparedStatement statement = connection.prepareStatement("EXPLAIN " + MOVE)) {
            statement.setString(1, mapping.table());
            statement.setString(2, tenant);
            statement.setString(3, tenant);
            statement.execute();
        }
    }

    /**
     * Moves the tenant to another store and tells so, both when the transaction commits.
     *
     * @return the new epoch
     */
    public long move(Connection connection, String tenant, String toStore) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MOVE)) {
            statement.setString(1, toStore);
            statement.setString(2, tenant);
            statement.setString(3, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    return rows.getLong(1);
                }
            }
        }
        if (!locked(connection, tenant)) {
            throw unlocked(tenant);
        }
        throw MigrationException.refused(
                tenant,
                "Tenant "
                        + tenant
                        + " cannot move to store "
                        + toStore
                        + ": this database's route says "
                        + new TenantRoutes(mapping)
                                .read(connection, tenant)
                                .map(TenantRoute::toString)
                                .orElse("nothing")
                        + ", and it must be open here");
    }

    private static boolean locked(Connection connection, String tenant) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + LOCKED)) {
            statement.setString(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }

    private static IllegalStateException unlocked(String tenant) {
        return new IllegalStateException(
                "The lock of tenant "
                        + tenant
                        + " is not held by this transaction; lockExclusively comes first");
    }

    /** In any other isolation level the snapshot could be older than the lock. */
    private static void requireTransaction(Connection connection) throws SQLException {
        if (connection.getAutoCommit()
                || connection.getTransactionIsolation() != Connection.TRANSACTION_READ_COMMITTED) {
            throw new IllegalStateException(
                    "A tenant is switched in a READ COMMITTED transaction, not in autocommit or"
                            + " another isolation level");
        }
    }
}
