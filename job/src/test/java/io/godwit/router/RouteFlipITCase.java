package io.godwit.router;

import static io.godwit.router.TableShapeITCase.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.router.TableShapeITCase.Shape;
import io.godwit.router.TableShapeITCase.Store;
import io.godwit.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Eight threads append through one router that is never told of a move and believes for an hour,
 * while their tenant moves between two stores and back, twenty times.
 */
final class RouteFlipITCase {

    private static final int THREADS = 8;
    private static final int FLIPS = 20;
    private static final int APPENDS_BETWEEN_FLIPS = 30;

    private final UUID tenant = UUID.randomUUID();
    private final StreamId common = new StreamId(tenant, UUID.randomUUID(), "Order");
    private final Map<UUID, Long> acknowledged = new ConcurrentHashMap<>();
    private final AtomicBoolean stopped = new AtomicBoolean();

    @Test
    void whatIsAcknowledgedIsStoredOnceAtItsVersion() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            Store shared = new Store(server, "shared", Shape.WITH_TXID).fenced();
            Store dedicated = new Store(server, "dedicated", Shape.WITH_TXID).fenced();
            shared.execute(Store.route(tenant, "shared", 1, "open"));
            dedicated.execute(Store.route(tenant, "shared", 1, "moved"));
            RouterOptions options =
                    new RouterOptions(Duration.ofSeconds(30), Duration.ofHours(1), false);
            try (TenantStoreRouter router =
                    new TenantStoreRouter(
                            Map.of(
                                    "shared", shared.dataSource(),
                                    "dedicated", dedicated.dataSource()),
                            "shared",
                            options)) {
                appendDuringFlips(router, shared, dedicated);

                assertThat(router.counts().redirected()).isGreaterThanOrEqualTo(FLIPS);
                assertThat(router.counts().appendsUnderWay()).isZero();
                assertThat(router.counts().paused()).isZero();
                assertThat(router.storeIdOf(tenant)).isEqualTo("shared");
            }
            // An even number of flips ends where it began.
            assertThat(versions(shared)).isEqualTo(acknowledged);
            assertThat(acknowledged.keySet()).containsAll(versions(dedicated).keySet());
        }
    }

    private void appendDuringFlips(TenantStoreRouter router, Store shared, Store dedicated)
            throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                writers.add(threads.submit(() -> write(router)));
            }
            for (int flip = 0; flip < FLIPS; flip++) {
                awaitAppends(writers);
                boolean there = flip % 2 == 0;
                move(there ? shared : dedicated, there ? dedicated : shared, flip + 2);
            }
            awaitAppends(writers);
            stopped.set(true);
            for (Future<?> writer : writers) {
                writer.get(60, TimeUnit.SECONDS);
            }
        } finally {
            stopped.set(true);
            threads.shutdownNow();
        }
    }

    private void awaitAppends(List<Future<?>> writers) {
        int before = acknowledged.size();
        Awaitility.await("appends go on")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () ->
                                acknowledged.size() >= before + APPENDS_BETWEEN_FLIPS
                                        || writers.stream().anyMatch(Future::isDone));
    }

    /** A stream of its own, where a conflict would be a lie, and now and then the common one. */
    private Void write(TenantStoreRouter router) {
        StreamId own = new StreamId(tenant, UUID.randomUUID(), "Order");
        long version = 0;
        while (!stopped.get()) {
            for (int i = 0; i < 4; i++) {
                version = append(router, own, version);
                assertThat(router.streamVersion(own)).isEqualTo(version);
            }
            try {
                append(router, common, router.streamVersion(common));
            } catch (OptimisticLockException e) {
                // Another thread came first, and this event is not acknowledged.
            }
        }
        return null;
    }

    private long append(TenantStoreRouter router, StreamId to, long version) {
        NewEvent event = event();
        AppendResult result = router.append(to, List.of(event), ExpectedVersion.exact(version));
        acknowledged.put(event.eventId(), result.newVersion());
        return result.newVersion();
    }

    /** The cutover: hold, drain, switch in one transaction of the old store; then open the new. */
    private void move(Store from, Store to, long epoch) throws SQLException {
        try (Connection source = from.database().connect()) {
            source.setAutoCommit(false);
            source.createStatement().execute(Store.lock(tenant));
            copy(source, to);
            source.createStatement().execute(Store.route(tenant, to.id(), epoch, "moved"));
            source.commit();
        }
        to.execute(Store.route(tenant, to.id(), epoch, "open"));
    }

    private void copy(Connection source, Store to) throws SQLException {
        String insert =
                """
                INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                    actor_id, version, timestamp, payload, created_at)
                SELECT event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                       actor_id, version, timestamp, payload, created_at
                FROM json_populate_recordset(NULL::events, CAST(? AS json))
                ORDER BY global_position
                ON CONFLICT (event_id) DO NOTHING
                """;
        try (Connection target = to.database().connect();
                ResultSet all =
                        source.createStatement()
                                .executeQuery(
                                        "SELECT coalesce(json_agg(e), '[]') FROM events e"
                                                + " WHERE tenant_id = '"
                                                + tenant
                                                + "'");
                PreparedStatement statement = target.prepareStatement(insert)) {
            all.next();
            // The copy itself is not fenced.
            target.createStatement().execute("SET session_replication_role = replica");
            statement.setString(1, all.getString(1));
            statement.executeUpdate();
        }
    }

    private Map<UUID, Long> versions(Store store) throws SQLException {
        Map<UUID, Long> versions = new ConcurrentHashMap<>();
        try (Connection connection = store.database().connect();
                ResultSet row =
                        connection
                                .createStatement()
                                .executeQuery("SELECT event_id, version FROM events")) {
            while (row.next()) {
                versions.put(row.getObject(1, UUID.class), row.getLong(2));
            }
        }
        return versions;
    }
}
