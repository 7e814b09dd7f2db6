package io.godwit.router;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Many stores that look like one: each tenant's calls go to the store that has the tenant, before,
 * during and after its migration. Use it as the event store; nothing else in the application needs
 * to know. Any number of threads, any number of processes; it holds nothing that a crash could
 * lose, and a new one with an empty memory is as right.
 *
 * <p><b>Appends</b> are as safe as the databases: a store that does not take a tenant's appends
 * refuses them itself (SQLSTATE GW002), whatever is remembered here, and the router appends to the
 * store that the refusal names. During a cutover an append waits in the database or between two
 * stores, at most {@link RouterOptions#writePauseTimeout} in all, and then is a {@link
 * WritePausedException}; nothing is stored then. Other tenants never wait.
 *
 * <p><b>Reads</b> have no such fence. They are sent where the tenant is known to be; when that
 * knowledge is older than {@link RouterOptions#routeMaxAge}, the databases are asked first and a
 * tenant that has moved is followed. So:
 *
 * <ul>
 *   <li>what was acknowledged through this router is seen by every later read through it;
 *   <li>with a {@code routeMaxAge} of zero a read sees all that was acknowledged anywhere before it
 *       began; otherwise it may, for as long as that after a cutover, see the old store as it was
 *       at the cutover or later. Such a read is a consistent past: an append that builds on it is
 *       refused by the new store as every append that builds on an old version;
 *   <li>asking needs SELECT on {@code godwit.tenant_route}. Without it, or without Godwit, the
 *       tenant is taken to be where it was last known to be, which NOTIFY and appends correct.
 * </ul>
 *
 * <p>Streams and events without a tenant are the default store's. The epochs of a tenant's routes
 * never go back. The old store must stay in reach of routers that do not know of the move.
 */
public final class TenantStoreRouter implements EventStore, AutoCloseable {

    /** More moves than anybody makes while one read looks for the tenant. */
    private static final int HOPS = 8;

    /** A route table that cannot be read is tried again after so many max ages. */
    private static final int SILENCE = 10;

    private final Map<String, DataSource> dataSources;
    private final Map<String, PostgresEventStore> stores = new HashMap<>();
    private final Map<String, RouteTable> tables = new HashMap<>();
    private final Map<String, RouteListener> listeners = new HashMap<>();
    private final PostgresEventStore defaultStore;
    private final RouterOptions options;
    private final RouteCache routes;
    private final AppendCounts counts = new AppendCounts();
    private boolean closed;

    /**
     * Starts to listen at the default store, and at others when tenants are sent there.
     *
     * @param stores by the {@code store_id} of Godwit's specs; the caller closes the DataSources
     *     after the router
     * @param defaultStoreId has the tenants that have not moved
     */
    public TenantStoreRouter(
            Map<String, DataSource> stores, String defaultStoreId, RouterOptions options) {
        this.dataSources = Map.copyOf(stores);
        this.options = Objects.requireNonNull(options, "options");
        long maxAge = options.routeMaxAge().toNanos();
        this.routes = new RouteCache(defaultStoreId, maxAge, System::nanoTime);
        dataSources.forEach(
                (id, source) -> {
                    this.stores.put(id, new PostgresEventStore(id, source));
                    tables.put(id, new RouteTable(id, source, SILENCE * maxAge));
                });
        this.defaultStore = store(defaultStoreId);
        listen(defaultStoreId);
    }

    /** With {@link RouterOptions#DEFAULTS}. */
    public TenantStoreRouter(Map<String, DataSource> stores, String defaultStoreId) {
        this(stores, defaultStoreId, RouterOptions.DEFAULTS);
    }

    /**
     * As the interface says, in the store that takes the tenant's appends.
     *
     * <p>Waiting for a connection counts as well; the search for the outcome of a COMMIT that was
     * not answered, up to 10 s, does not.
     *
     * @throws WritePausedException the tenant's writes were held for too long
     * @throws StoreNotFoundException the tenant has moved to a store that is not known here
     */
    @Override
    public AppendResult append(StreamId stream, List<NewEvent> events, ExpectedVersion expected) {
        if (stream.tenantId() == null) {
            return defaultStore.append(stream, events, expected);
        }
        counts.enter(stream.tenantId());
        try {
            return new RoutedAppend(this, stream, events, expected).run();
        } catch (WritePausedException e) {
            counts.paused();
            throw e;
        } finally {
            counts.leave(stream.tenantId());
        }
    }

    @Override
    public List<RecordedEvent> readStream(StreamId stream, long fromVersion) {
        return readFrom(stream.tenantId()).readStream(stream, fromVersion);
    }

    @Override
    public long streamVersion(StreamId stream) {
        return readFrom(stream.tenantId()).streamVersion(stream);
    }

    /** From one store; {@link FeedPage#storeId} says which, for positions differ among stores. */
    @Override
    public FeedPage readAll(UUID tenantId, long afterPosition, int limit) {
        return readFrom(tenantId).readAll(tenantId, afterPosition, limit);
    }

    /** The store that a read would ask now. */
    public String storeIdOf(UUID tenantId) {
        return readFrom(tenantId).storeId();
    }

    /** Appends of this tenant that have not come back yet: being written, or held. */
    public int appendsUnderWay(UUID tenantId) {
        return counts.underWay(tenantId);
    }

    public RouterCounts counts() {
        return counts.snapshot();
    }

    /** Stops listening. Calls still work; the DataSources are the caller's. */
    @Override
    public synchronized void close() {
        closed = true;
        listeners.values().forEach(RouteListener::close);
    }

    private PostgresEventStore readFrom(UUID tenantId) {
        if (tenantId == null) {
            return defaultStore;
        }
        String tenant = tenantId.toString();
        RouteCache.Belief belief = routes.of(tenant);
        if (routes.isCurrent(belief)) {
            return store(belief.route().storeId());
        }
        long asOf = routes.now();
        Route route = confirmed(tenant, belief.route());
        routes.confirm(tenant, belief, route, asOf);
        listen(route.storeId());
        return store(route.storeId());
    }

    /**
     * Asks store after store until one says nothing of a move. A store that still names an older
     * decision than the one that led there has not been opened yet: it is the right one.
     */
    private Route confirmed(String tenant, Route believed) {
        Route at = believed;
        for (int hop = 0; hop < HOPS; hop++) {
            store(at.storeId());
            Optional<Route> moved = tables.get(at.storeId()).moved(tenant);
            if (moved.isEmpty() || (hop > 0 && moved.get().epoch() <= at.epoch())) {
                break;
            }
            at = moved.get();
        }
        return at;
    }

    PostgresEventStore store(String storeId) {
        PostgresEventStore store = stores.get(storeId);
        if (store == null) {
            throw new StoreNotFoundException(storeId, dataSources.keySet());
        }
        return store;
    }

    /** Where this store says that the tenant has moved; empty if it says nothing. */
    Optional<Route> movedFrom(String storeId, String tenant) {
        return tables.get(storeId).moved(tenant);
    }

    RouteCache routes() {
        return routes;
    }

    RouterOptions options() {
        return options;
    }

    void redirected(String storeId) {
        counts.redirected();
        listen(storeId);
    }

    private synchronized void listen(String storeId) {
        if (!options.listen() || closed || !dataSources.containsKey(storeId)) {
            return;
        }
        listeners.computeIfAbsent(
                storeId,
                id ->
                        new RouteListener(
                                id,
                                dataSources.get(id),
                                () -> routes.doubtStore(id),
                                payload -> heard(id, payload)));
    }

    /** Believed only where it names a store that is known; otherwise the tables are asked. */
    private void heard(String storeId, String payload) {
        Optional<RouteNotice> notice = RouteNotice.parse(payload);
        if (notice.isEmpty()) {
            routes.doubtStore(storeId);
        } else if (dataSources.containsKey(notice.get().route().storeId())) {
            routes.learn(notice.get().tenantId(), notice.get().route());
            listen(notice.get().route().storeId());
        } else {
            routes.doubt(notice.get().tenantId());
        }
    }
}
