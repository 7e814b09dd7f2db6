package io.godwit.router;

import static io.godwit.router.RoutedStores.append;
import static io.godwit.router.RoutedStores.count;
import static io.godwit.router.TableShapeITCase.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.router.TableShapeITCase.Store;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

/** Two databases with fences, a tenant that moves, and routers that were not told. */
final class TenantStoreRouterITCase {

    private static final Duration LONG = Duration.ofHours(1);

    @RegisterExtension static final RoutedStores STORES = new RoutedStores();

    private TenantStoreRouter router;

    @BeforeEach
    void open() {
        router = STORES.router(Duration.ofSeconds(20), Duration.ZERO);
    }

    @AfterEach
    void close() {
        router.close();
    }

    @Test
    void aTenantThatHasNotMovedAndEventsOfNobodyAreInTheDefaultStore() {
        StreamId nobodys = new StreamId(null, UUID.randomUUID(), "Order");
        STORES.append(router, ExpectedVersion.noStream());
        append(router, nobodys, ExpectedVersion.noStream());

        assertThat(count(STORES.shared())).isEqualTo(2);
        assertThat(router.streamVersion(STORES.stream())).isEqualTo(1);
        assertThat(router.readStream(nobodys, 1)).hasSize(1);
        assertThat(router.readAll(STORES.tenant(), 0, 10).storeId()).isEqualTo("shared");
        assertThat(router.counts()).isEqualTo(new RouterCounts(0, 0, 0));
    }

    @Test
    void afterAMoveAStaleRouterReadsTheTarget() {
        STORES.append(router, ExpectedVersion.noStream());
        move();

        assertThat(router.storeIdOf(STORES.tenant())).isEqualTo("dedicated");
        assertThat(router.streamVersion(STORES.stream())).isEqualTo(2);
        assertThat(router.readStream(STORES.stream(), 1)).hasSize(2);
        assertThat(router.readAll(STORES.tenant(), 0, 10).storeId()).isEqualTo("dedicated");
    }

    @Test
    void afterAMoveAStaleRouterAppendsToTheTargetAndReadsItsOwnWrites() {
        try (TenantStoreRouter stale = STORES.router(Duration.ofSeconds(20), LONG)) {
            STORES.append(stale, ExpectedVersion.noStream());
            assertThat(stale.streamVersion(STORES.stream())).isEqualTo(1);
            move();

            assertThat(STORES.append(stale, ExpectedVersion.any()).newVersion()).isEqualTo(3);
            assertThat(stale.streamVersion(STORES.stream())).isEqualTo(3);
            assertThat(stale.readStream(STORES.stream(), 1)).hasSize(3);
            assertThat(stale.counts().redirected()).isEqualTo(1);
            STORES.append(stale, ExpectedVersion.exact(3));
            assertThat(stale.counts().redirected()).isEqualTo(1);
        }
        assertThat(count(STORES.shared())).isEqualTo(1);
    }

    @Test
    void aVersionThatOnlyTheOldStoreLacksIsNoConflict() {
        STORES.append(router, ExpectedVersion.noStream());
        move();

        assertThat(STORES.append(router, ExpectedVersion.exact(2)).newVersion()).isEqualTo(3);
        assertThatThrownBy(() -> STORES.append(router, ExpectedVersion.exact(2)))
                .isInstanceOfSatisfying(
                        OptimisticLockException.class, e -> assertThat(e.actual()).isEqualTo(3));
    }

    @Test
    void withoutARightOnTheRoutesAppendsStillFollowAndReadsAfterThem() {
        STORES.shared()
                .execute(
                        "CREATE ROLE app LOGIN PASSWORD 'app'",
                        "GRANT SELECT, INSERT ON events TO app",
                        "GRANT USAGE ON SEQUENCE events_global_position_seq TO app");
        PGSimpleDataSource app = new PGSimpleDataSource();
        app.setUrl(STORES.shared().database().url());
        app.setUser("app");
        app.setPassword("app");
        Map<String, DataSource> stores =
                Map.of("shared", app, "dedicated", STORES.dedicated().dataSource());
        try (TenantStoreRouter limited =
                new TenantStoreRouter(
                        stores,
                        "shared",
                        new RouterOptions(Duration.ofSeconds(20), Duration.ZERO, false))) {
            STORES.append(limited, ExpectedVersion.noStream());
            move();

            assertThat(limited.streamVersion(STORES.stream())).isEqualTo(1);
            assertThat(STORES.append(limited, ExpectedVersion.any()).newVersion()).isEqualTo(3);
            assertThat(limited.streamVersion(STORES.stream())).isEqualTo(3);
        }
    }

    @Test
    void aStoreThatIsNotKnownIsNamed() {
        STORES.shared().execute(STORES.route("elsewhere", 2, "moved"));

        assertThatThrownBy(() -> STORES.append(router, ExpectedVersion.any()))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining(
                        "Store elsewhere is not known here, only [dedicated, shared]");
        assertThatThrownBy(() -> router.streamVersion(STORES.stream()))
                .isInstanceOf(StoreNotFoundException.class);
    }

    @Test
    void aMoveIsHeardAtOnceAndAlsoAfterTheConnectionWasLost() {
        RouterOptions listening = new RouterOptions(Duration.ofSeconds(20), LONG, true);
        try (TenantStoreRouter hearing =
                new TenantStoreRouter(STORES.sources(), "shared", listening)) {
            awaitListener();
            assertThat(hearing.storeIdOf(STORES.tenant())).isEqualTo("shared");
            STORES.shared().execute(STORES.route("dedicated", 2, "moved"));
            Awaitility.await().until(() -> hearing.storeIdOf(STORES.tenant()).equals("dedicated"));

            StreamId second = stream();
            assertThat(hearing.storeIdOf(second.tenantId())).isEqualTo("shared");
            STORES.shared()
                    .execute(
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
        Awaitility.await("the router listens").until(() -> STORES.shared().query(sql).equals("1"));
    }

    /** The tenant's first event is in the target, a second was appended there by somebody else. */
    private void move() {
        STORES.copyTheFirst();
        STORES.shared().execute(STORES.route("dedicated", 2, "moved"));
        STORES.append(STORES.dedicated().events(), ExpectedVersion.exact(1));
    }
}
