package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The route rows of one store's database, but for the move itself, which is {@link TenantSwitch}'s.
 * Needs {@link WriteFence#install} first. Holds no connection; as thread-safe as those it is given.
 *
 * <p>A row is inserted in one transaction and marked in a second one, which begins when the first
 * is visible. created_xid is then the id of the second, so whoever read the route before it was
 * there and has written, has a lower transaction id, and whoever has not written has an older
 * snapshot. That is what {@link OldSnapshots} looks for. After a crash in between, the epoch is 0
 * and the same call goes on.
 */
public final class TenantRoutes {

    /** Changes of routes are told here as {"tenant_id":..,"store_id":..,"epoch":..}. */
    public static final String CHANNEL = "godwit_route";

    /** Turns the changed row into its notification; a column of a RETURNING or SELECT list. */
    static final String NOTIFY =
            "pg_notify('"
                    + CHANNEL
                    + "', '{\"tenant_id\":' || to_json(tenant_id) || ',\"store_id\":' ||"
                    + " to_json(store_id) || ',\"epoch\":' || epoch || '}')";

    private static final String COLUMNS = "tenant_id, store_id, epoch, state";
    private static final long UNMARKED = 0;

    private final EventStoreMapping mapping;

    public TenantRoutes(EventStoreMapping mapping) {
        this.mapping = Objects.requireNonNull(mapping, "mapping");
    }

    /**
     * The tenant's appends go through the fence from now on, and are taken: first step at a source.
     * Repeatable. Ready for a cutover only when {@link OldSnapshots} says so. Epochs go on where a
     * forgotten route's ended, for routers follow only higher ones.
     *
     * @param connection in autocommit
     * @param storeId this store
     */
    public TenantRoute prepare(Connection connection, String tenant, String storeId)
            throws SQLException {
        long epoch = lastEpoch(connection, tenant) + 1;
        TenantRoute route = inserted(connection, tenant, storeId, TenantRoute.State.OPEN, epoch);
        if (!route.open() || !route.storeId().equals(storeId)) {
            throw MigrationException.refused(
                    tenant,
                    "The source does not take the appends of tenant "
                            + tenant
                            + ": its route says "
                            + route
                            + ", not open in store "
                            + storeId
                            + "; migrate from the store that the route names");
        }
        return route;
    }

    /**
     * The tenant's appends are refused here until {@link #open}: first step at a target.
     * Repeatable.
     *
     * @param connection in autocommit
     * @param otherStore the source
     * @param epoch that of the source's route
     */
    public TenantRoute close(Connection connection, String tenant, String otherStore, long epoch)
            throws SQLException {
        inserted(connection, tenant, otherStore, TenantRoute.State.MOVED, epoch);
        String sql =
                "UPDATE godwit.tenant_route SET store_id = ?, epoch = ?, updated_at ="
                        + " clock_timestamp() WHERE tenant_id = ? AND state = 'moved'"
                        + " AND epoch <= ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, otherStore);
            statement.setLong(2, epoch);
            statement.setString(3, tenant);
            statement.setLong(4, epoch);
            statement.executeUpdate();
        }
        TenantRoute route = read(connection, tenant).orElseThrow();
        if (route.open() || !route.storeId().equals(otherStore) || route.epoch() != epoch) {
            throw MigrationException.refused(
                    tenant,
                    "The target cannot be closed for tenant "
                            + tenant
                            + " with epoch "
                            + epoch
                            + " of store "
                            + otherStore
                            + ": its route says "
                            + route
                            + "; is it the right store?");
        }
        return route;
    }

    public Optional<TenantRoute> read(Connection connection, String tenant) throws SQLException {
        String sql = "SELECT " + COLUMNS + " FROM godwit.tenant_route WHERE tenant_id = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(route(rows)) : Optional.empty();
            }
        }
    }

    /**
     * The tenant's appends are taken here from now on, after the other store's route has moved to
     * this one. Repeatable with the same epoch; an older epoch is refused.
     *
     * @param epoch what {@link TenantSwitch#move} returned
     */
    public TenantRoute open(Connection connection, String tenant, String storeId, long epoch)
            throws SQLException {
        TenantRoute wanted = new TenantRoute(tenant, storeId, epoch, TenantRoute.State.OPEN);
        String sql =
                "WITH changed AS (UPDATE godwit.tenant_route SET store_id = ?, epoch = ?, state ="
                        + " 'open', updated_at = clock_timestamp() WHERE tenant_id = ? AND epoch <"
                        + " ? RETURNING *) SELECT "
                        + NOTIFY
                        + " FROM changed";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, storeId);
            statement.setLong(2, epoch);
            statement.setString(3, tenant);
            statement.setLong(4, epoch);
            try (ResultSet changed = statement.executeQuery()) {
                if (changed.next()) {
                    return wanted;
                }
            }
        }
        Optional<TenantRoute> found = read(connection, tenant);
        if (!found.equals(Optional.of(wanted))) {
            throw MigrationException.refused(
                    tenant,
                    "Store "
                            + storeId
                            + " cannot be opened for tenant "
                            + tenant
                            + " with epoch "
                            + epoch
                            + ": its route says "
                            + found.map(TenantRoute::toString).orElse("nothing")
                            + ". A later decision is not undone; close() comes before open()");
        }
        return wanted;
    }

    /**
     * Forgets a tenant, but for its last epoch: its appends are taken here. The fence goes on
     * looking at them until it is installed for fewer. For an aborted migration, and for a store
     * whose late writers are all gone.
     */
    public void forget(Connection connection, String tenant) throws SQLException {
        String sql =
                """
                WITH gone AS (
                    DELETE FROM godwit.tenant_route WHERE tenant_id = ? RETURNING tenant_id, epoch)
                INSERT INTO godwit.last_epoch AS last (tenant_id, epoch) SELECT * FROM gone
                ON CONFLICT (tenant_id)
                DO UPDATE SET epoch = greatest(last.epoch, EXCLUDED.epoch)
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            statement.executeUpdate();
        }
    }

    private TenantRoute inserted(
            Connection connection,
            String tenant,
            String storeId,
            TenantRoute.State state,
            long epoch)
            throws SQLException {
        if (!connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "A route row is inserted in a transaction of its own; autocommit must be on");
        }
        if (epoch <= UNMARKED) {
            throw new IllegalArgumentException("Epoch " + epoch + "; a route's is at least 1");
        }
        EventTables.requireAsPrinted(connection, mapping, tenant);
        String insert =
                "INSERT INTO godwit.tenant_route (tenant_id, store_id, epoch, state)"
                        + " VALUES (?, ?, ?, ?) ON CONFLICT (tenant_id) DO NOTHING";
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            statement.setString(1, tenant);
            statement.setString(2, storeId);
            statement.setLong(3, UNMARKED);
            statement.setString(4, state.name().toLowerCase(Locale.ROOT));
            statement.executeUpdate();
        }
        String mark =
                "UPDATE godwit.tenant_route SET epoch = ?, created_xid = pg_current_xact_id()"
                        + " WHERE tenant_id = ? AND epoch = ?";
        try (PreparedStatement statement = connection.prepareStatement(mark)) {
            statement.setLong(1, epoch);
            statement.setString(2, tenant);
            statement.setLong(3, UNMARKED);
            statement.executeUpdate();
        }
        return read(connection, tenant).orElseThrow();
    }

    private static long lastEpoch(Connection connection, String tenant) throws SQLException {
        String sql = "SELECT epoch FROM godwit.last_epoch WHERE tenant_id = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : UNMARKED;
            }
        }
    }

    private static TenantRoute route(ResultSet rows) throws SQLException {
        return new TenantRoute(
                rows.getString(1),
                rows.getString(2),
                rows.getLong(3),
                TenantRoute.State.valueOf(rows.getString(4).toUpperCase(Locale.ROOT)));
    }
}
