package io.godwit.router;

import static io.godwit.router.TableShapeITCase.stream;
import static io.godwit.router.TenantStoreRouterITCase.append;
import static io.godwit.router.TenantStoreRouterITCase.copyOfTheFirst;
import static io.godwit.router.TenantStoreRouterITCase.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.router.TableShapeITCase.Shape;
import io.godwit.router.TableShapeITCase.Store;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Appends that a cutover holds, in the old store's database and before the new one is open. */
final class HeldAppendITCase {

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
        router = router(Duration.ofSeconds(20));
    }

    @AfterEach
    void close() {
        router.close();
    }

    @Test
    void anAppendThatACutoverHoldsWaitsAndSucceedsInTheTarget() throws Exception {
        append(router, stream, ExpectedVersion.noStream());
        try (Connection cutover = shared.database().connect();
                Waiting<AppendResult> held = heldBy(cutover)) {
            assertThat(router.appendsUnderWay(tenant)).isEqualTo(1);
            dedicated.execute(copyOfTheFirst(shared, stream));
            cutover.createStatement().execute(Store.route(tenant, "dedicated", 2, "moved"));
            cutover.commit();

            assertThat(held.result().newVersion()).isEqualTo(2);
        }
        assertThat(count(shared)).isEqualTo(1);
        assertThat(count(dedicated)).isEqualTo(2);
        assertThat(router.counts()).isEqualTo(new RouterCounts(0, 1, 0));
    }

    @Test
    void anAppendThatIsHeldForTooLongIsPausedAndStoresNothing() throws Exception {
        try (TenantStoreRouter hasty = router(Duration.ofMillis(300));
                Connection cutover = shared.database().connect()) {
            cutover.setAutoCommit(false);
            cutover.createStatement().execute(Store.lock(tenant));

            assertThatThrownBy(() -> append(hasty, stream, ExpectedVersion.any()))
                    .isInstanceOfSatisfying(
                            WritePausedException.class,
                            e -> {
                                assertThat(e.tenantId()).isEqualTo(tenant.toString());
                                assertThat(e.waitedMs()).isBetween(290L, 5_000L);
                            });
            assertThat(hasty.appendsUnderWay(tenant)).isZero();
            assertThat(hasty.counts()).isEqualTo(new RouterCounts(0, 0, 1));
            assertThat(count(shared)).isZero();
            cutover.rollback();
            assertThat(append(hasty, stream, ExpectedVersion.any()).newVersion()).isEqualTo(1);
        }
    }

    @Test
    void otherTenantsAreNeverHeld() throws Exception {
        StreamId others = stream();
        try (Connection cutover = shared.database().connect();
                Waiting<AppendResult> held = heldBy(cutover)) {
            assertThat(append(router, others, ExpectedVersion.any()).newVersion()).isEqualTo(1);
            assertThat(router.appendsUnderWay(others.tenantId())).isZero();
            assertThat(held.done()).isFalse();
            cutover.rollback();
            assertThat(held.result().newVersion()).isEqualTo(1);
        }
    }

    @Test
    void aTargetThatOpensLaterIsWaitedFor() throws Exception {
        dedicated.execute(Store.route(tenant, "shared", 1, "moved"));
        shared.execute(Store.route(tenant, "dedicated", 2, "moved"));
        try (Waiting<AppendResult> waiting =
                Waiting.on(() -> append(router, stream, ExpectedVersion.any()))) {
            Awaitility.await("several hops").until(() -> router.counts().redirected() >= 9);
            assertThat(router.storeIdOf(tenant)).isEqualTo("dedicated");
            dedicated.execute(Store.route(tenant, "dedicated", 2, "open"));
            assertThat(waiting.result().newVersion()).isEqualTo(1);
        }
        assertThat(count(dedicated)).isEqualTo(1);
    }

    @Test
    void theTimeOfAllHopsTogetherIsBounded() {
        dedicated.execute(Store.route(tenant, "shared", 1, "moved"));
        shared.execute(Store.route(tenant, "dedicated", 2, "moved"));
        try (TenantStoreRouter hasty = router(Duration.ofMillis(400))) {
            assertThatThrownBy(() -> append(hasty, stream, ExpectedVersion.any()))
                    .isInstanceOfSatisfying(
                            WritePausedException.class,
                            e -> assertThat(e.waitedMs()).isBetween(390L, 5_000L))
                    .hasCauseInstanceOf(TenantMovedException.class);
        }
    }

    /** An append that waits because this connection has the tenant's lock. */
    private Waiting<AppendResult> heldBy(Connection cutover) throws Exception {
        cutover.setAutoCommit(false);
        cutover.createStatement().execute(Store.lock(tenant));
        Waiting<AppendResult> held =
                Waiting.on(() -> append(router, stream, ExpectedVersion.any()));
        shared.awaitHeld(1);
        return held;
    }

    private TenantStoreRouter router(Duration timeout) {
        return new TenantStoreRouter(
                Map.of("shared", shared.dataSource(), "dedicated", dedicated.dataSource()),
                "shared",
                new RouterOptions(timeout, Duration.ZERO, false));
    }
}
