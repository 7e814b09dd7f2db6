package io.godwit.router;

import static io.godwit.router.RoutedStores.append;
import static io.godwit.router.RoutedStores.count;
import static io.godwit.router.TableShapeITCase.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.router.TableShapeITCase.Store;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Appends that a cutover holds, in the old store's database and before the new one is open. */
final class HeldAppendITCase {

    @RegisterExtension static final RoutedStores STORES = new RoutedStores();

    private TenantStoreRouter router;

    @BeforeEach
    void open() {
        router = router(Duration.ofSeconds(20));
    }

    @AfterEach
    void close() {
        router.close();
    }

    @Test
    void anAppendThatACutoverHoldsWaitsAndSucceedsInTheTarget() throws Exception {
        STORES.append(router, ExpectedVersion.noStream());
        try (Connection cutover = STORES.shared().database().connect();
                Waiting<AppendResult> held = heldBy(cutover)) {
            assertThat(router.appendsUnderWay(STORES.tenant())).isEqualTo(1);
            STORES.copyTheFirst();
            cutover.createStatement().execute(STORES.route("dedicated", 2, "moved"));
            cutover.commit();

            assertThat(held.result().newVersion()).isEqualTo(2);
        }
        assertThat(count(STORES.shared())).isEqualTo(1);
        assertThat(count(STORES.dedicated())).isEqualTo(2);
        assertThat(router.counts()).isEqualTo(new RouterCounts(0, 1, 0));
    }

    @Test
    void anAppendThatIsHeldForTooLongIsPausedAndStoresNothing() throws Exception {
        try (TenantStoreRouter hasty = router(Duration.ofMillis(300));
                Connection cutover = STORES.shared().database().connect()) {
            cutover.setAutoCommit(false);
            cutover.createStatement().execute(Store.lock(STORES.tenant()));

            assertThatThrownBy(() -> STORES.append(hasty, ExpectedVersion.any()))
                    .isInstanceOfSatisfying(
                            WritePausedException.class,
                            e -> {
                                assertThat(e.tenantId()).isEqualTo(STORES.tenant().toString());
                                assertThat(e.waitedMs()).isBetween(290L, 5_000L);
                            });
            assertThat(hasty.appendsUnderWay(STORES.tenant())).isZero();
            assertThat(hasty.counts()).isEqualTo(new RouterCounts(0, 0, 1));
            assertThat(count(STORES.shared())).isZero();
            cutover.rollback();
            assertThat(STORES.append(hasty, ExpectedVersion.any()).newVersion()).isEqualTo(1);
        }
    }

    @Test
    void otherTenantsAreNeverHeld() throws Exception {
        StreamId others = stream();
        try (Connection cutover = STORES.shared().database().connect();
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
        STORES.dedicated().execute(STORES.route("shared", 1, "moved"));
        STORES.shared().execute(STORES.route("dedicated", 2, "moved"));
        try (Waiting<AppendResult> waiting =
                Waiting.on(() -> STORES.append(router, ExpectedVersion.any()))) {
            Awaitility.await("several hops").until(() -> router.counts().redirected() >= 9);
            assertThat(router.storeIdOf(STORES.tenant())).isEqualTo("dedicated");
            STORES.dedicated().execute(STORES.route("dedicated", 2, "open"));
            assertThat(waiting.result().newVersion()).isEqualTo(1);
        }
        assertThat(count(STORES.dedicated())).isEqualTo(1);
    }

    @Test
    void theTimeOfAllHopsTogetherIsBounded() {
        STORES.dedicated().execute(STORES.route("shared", 1, "moved"));
        STORES.shared().execute(STORES.route("dedicated", 2, "moved"));
        try (TenantStoreRouter hasty = router(Duration.ofMillis(400))) {
            assertThatThrownBy(() -> STORES.append(hasty, ExpectedVersion.any()))
                    .isInstanceOfSatisfying(
                            WritePausedException.class,
                            e -> assertThat(e.waitedMs()).isBetween(390L, 5_000L))
                    .hasCauseInstanceOf(TenantMovedException.class);
        }
    }

    /** An append that waits because this connection has the tenant's lock. */
    private Waiting<AppendResult> heldBy(Connection cutover) throws Exception {
        cutover.setAutoCommit(false);
        cutover.createStatement().execute(Store.lock(STORES.tenant()));
        Waiting<AppendResult> held = Waiting.on(() -> STORES.append(router, ExpectedVersion.any()));
        STORES.shared().awaitHeld(1);
        return held;
    }

    private static TenantStoreRouter router(Duration timeout) {
        return STORES.router(timeout, Duration.ZERO);
    }
}
