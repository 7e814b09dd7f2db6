package io.godwit.router;

import static io.godwit.router.TableShapeITCase.event;
import static io.godwit.router.TableShapeITCase.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.router.TableShapeITCase.Shape;
import io.godwit.router.TableShapeITCase.Store;
import io.godwit.testkit.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Two databases with fences, a tenant that moves, and routers that were not told. */
final class TenantStoreRouterITCase {

    private static final Duration LONG = Duration.ofHours(1);

    private static PostgresServer server;

    private final StreamId stream = stream();
    private final UUID tenant = stream.tenantId();
    private Store shared;
    private Store dedicated;
    private TenantStoreRouter router;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() {
        shared = new Store(server, "shared", Shape.WITH_TXID).fenced();
        dedicated = new Store(server, "dedicated", Shape.WITH_TXID).fenced();
        router = router(Duration.ofSeconds(20), Duration.ZERO);
    }

    @AfterEach
    void close() {
        router.close();
    }

    @Test
    void aTenantThatHasNotMovedAndEventsOfNobodyAreInTheDefaultStore() {
        StreamId nobodys = new StreamId(null, UUID.randomUUID(), "Order");
        append(router, stream, ExpectedVersion.noStream());
        append(router, nobodys, ExpectedVersion.noStream());

        assertThat(count(shared)).isEqualTo(2);
        assertThat(router.streamVersion(stream)).isEqualTo(1);
        assertThat(router.readStream(nobodys, 1)).hasSize(1);
        assertThat(router.readAll(tenant, 0, 10).storeId()).isEqualTo("shared");
        assertThat(router.counts()).isEqualTo(new RouterCounts(0, 0, 0));
    }

    @Test
    void afterAMoveAStaleRouterReadsTheTarget() {
        append(router, stream, ExpectedVersion.noStream());
        move();

        assertThat(router.storeIdOf(tenant)).isEqualTo("dedicated");
        assertThat(router.streamVersion(stream)).isEqualTo(2);
        assertThat(router.readStream(stream, 1)).hasSize(2);
        assertThat(router.readAll(tenant, 0, 10).storeId()).isEqualTo("dedicated");
    }

    @Test
    void afterAMoveAStaleRouterAppendsToTheTargetAndReadsItsOwnWrites() {
        try (TenantStoreRouter stale = router(Duration.ofSeconds(20), LONG)) {
            append(stale, stream, ExpectedVersion.noStream());
            assertThat(stale.streamVersion(stream)).isEqualTo(1);
            move();

            assertThat(append(stale, stream, ExpectedVersion.any()).newVersion()).isEqualTo(3);
            assertThat(stale.streamVersion(stream)).isEqualTo(3);
            assertThat(stale.readStream(stream, 1)).hasSize(3);
            assertThat(stale.counts().redirected()).isEqualTo(1);
            append(stale, stream, ExpectedVersion.exact(3));
            assertThat(stale.counts().redirected()).isEqualTo(1);
        }
        assertThat(count(shared)).isEqualTo(1);
    }

    @Test
    void aVersionThatOnlyTheOldStoreLacksIsNoConflict() {
        append(router, stream, ExpectedVersion.noStream());
        move();

        assertThat(append(router, stream, ExpectedVersion.exact(2)).newVersion()).isEqualTo(3);
        assertThatThrownBy(() -> append(router, stream, ExpectedVersion.exact(2)))
                .isInstanceOfSatisfying(
                        OptimisticLockException.class, e -> assertThat(e.actual()).isEqualTo(3));
    }

    @Test
    void withoutARightOnTheRoutesAppendsStillFollowAndReadsAfterThem() {
        shared.execute(
                "CREATE ROLE app LOGIN PASSWORD 'app'",
                "GRANT SELECT, INSERT ON events TO app",
                "GRANT USAGE ON SEQUENCE events_global_position_seq TO app");
        PGSimpleDataSource app = new PGSimpleDataSource();
        app.setUrl(shared.database().url());
        app.setUser("app");
        app.setPassword("app");
        Map<String, DataSource> stores = Map.of("shared", app, "dedicated", dedicated.dataSource());
        try (TenantStoreRouter limited =
                new TenantStoreRouter(
                        stores,
                        "shared",
                        new RouterOptions(Duration.ofSeconds(20), Duration.ZERO, false))) {
            append(limited, stream, ExpectedVersion.noStream());
            move();

            assertThat(limited.streamVersion(stream)).isEqualTo(1);
            assertThat(append(limited, stream, ExpectedVersion.any()).newVersion()).isEqualTo(3);
            assertThat(limited.streamVersion(stream)).isEqualTo(3);
        }
    }

    @Test
    void aStoreThatIsNotKnownIsNamed() {
        shared.execute(Store.route(tenant, "elsewhere", 2, "moved"));

        assertThatThrownBy(() -> append(router, stream, ExpectedVersion.any()))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining(
                        "Store elsewhere is not known here, only [dedicated, shared]");
        assertThatThrownBy(() -> router.streamVersion(stream))
                .isInstanceOf(StoreNotFoundException.class);
    }

    @Test
    void aMoveIsHeardAtOnceAndAlsoAfterTheConnectionWasLost() {
        RouterOptions listening = new RouterOptions(Duration.ofSeconds(20), LONG, true);
        try (TenantStoreRouter hearing = new TenantStoreRouter(stores(), "shared", listening)) {
            awaitListener();
            assertThat(hearing.storeIdOf(tenant)).isEqualTo("shared");
            shared.execute(Store.route(tenant, "dedicated", 2, "moved"));
            Awaitility.await().until(() -> hearing.storeIdOf(tenant).equals("dedicated"));

            StreamId second = stream();
            assertThat(hearing.storeIdOf(second.tenantId())).isEqualTo("shared");
            shared.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                            + " WHERE query = 'LISTEN godwit_route'"
                            + " AND datname = current_database()",
                    Store.route(second.tenantId(), "dedicated", 2, "moved"));
            Awaitility.await()
                    .until(() -> hearing.storeIdOf(second.tenantId()).equals("dedicated"));
        }
    }

    private void awaitListener() {
        String sql =
                "SELECT count(*) FROM pg_stat_activity WHERE query = 'LISTEN godwit_route'"
                        + " AND state = 'idle' AND datname = current_database()";
        Awaitility.await("the router listens").until(() -> shared.query(sql).equals("1"));
    }

    /** The tenant's first event is in the target, a second was appended there by somebody else. */
    private void move() {
        dedicated.execute(copyOfTheFirst(shared, stream));
        shared.execute(Store.route(tenant, "dedicated", 2, "moved"));
        append(dedicated.events(), stream, ExpectedVersion.exact(1));
    }

    private TenantStoreRouter router(Duration timeout, Duration maxAge) {
        return new TenantStoreRouter(stores(), "shared", new RouterOptions(timeout, maxAge, false));
    }

    private Map<String, DataSource> stores() {
        return Map.of("shared", shared.dataSource(), "dedicated", dedicated.dataSource());
    }

    static String copyOfTheFirst(Store shared, StreamId stream) {
        UUID id = shared.events().readStream(stream, 1).get(0).eventId();
        return """
               INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                   version, timestamp, payload)
               VALUES ('%s', '%s', '%s', 'Placed', '%s', 1, now(), '{}')
               """
                .formatted(id, stream.aggregateId(), stream.aggregateType(), stream.tenantId());
    }

    static AppendResult append(EventStore store, StreamId stream, ExpectedVersion expected) {
        return store.append(stream, List.of(event()), expected);
    }

    static int count(Store store) {
        return Integer.parseInt(store.query("SELECT count(*) FROM events"));
    }
}
