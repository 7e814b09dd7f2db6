package io.godwit.control.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.model.SequenceRange;
import io.godwit.port.Target;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.TenantWriters;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A coordinator that dies or falls silent at a named point of a switch, on two real stores. */
final class SwitchCrashITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final Duration LEASE = Duration.ofMillis(800);
    private static final int THREADS = 2;

    private SwitchScene scene;
    private SwitchDirection way;

    @BeforeEach
    void stores() throws SQLException {
        scene = SwitchScene.create(STORES, LEASE);
        way = scene.pair().forward(true);
    }

    private TenantWriters writers() {
        return scene.writers(THREADS, Duration.ofMillis(2));
    }

    private void awaitHeld(TenantWriters writers) {
        Awaitility.await("the tenant's appends are held, others are not")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> writers.router().appendsUnderWay(scene.tenant()) == THREADS);
    }

    /** As a coordinator does it, up to the changed route; nothing is committed. */
    private void lockDrainAndMove(SwitchSession session) throws SQLException {
        assertThat(session.observe(Duration.ofSeconds(10))).isEqualTo(Whereabouts.HERE);
        Awaitility.await("the lock").until(() -> locked(session));
        try (Drain drain = new Drain(way.log(way.tenants()), way.into().open())) {
            long cursor = session.cursor();
            drain.apply(cursor, session.readEnd(cursor));
        }
        session.move(session.readEnd(0));
    }

    private static boolean locked(SwitchSession session) throws SQLException {
        return session.lock(Duration.ofMillis(200)) == SwitchOutcome.DONE;
    }

    @Test
    @DisplayName("8: a crash after the commit point, before the target opens, is mended by a rerun")
    void aCrashBetweenTheCommitPointAndTheOpeningIsMendedByRunningItAgain() throws Exception {
        try (TenantWriters writers = writers()) {
            SwitchScene.awaitAppends(writers, 30);
            scene.pair().preparePositions();
            try (SwitchSession dies = new SwitchSession(way, scene.tenant().toString())) {
                lockDrainAndMove(dies);
                dies.commit();
            }
            awaitHeld(writers);
            assertThat(scene.sourceIsOpen()).isFalse();

            SwitchReport report = scene.run(way);

            assertThat(report.attempts()).as("the switch itself was done").isZero();
            scene.awaitTenantsAppends(scene.dedicated());
            assertThat(writers.router().storeIdOf(scene.tenant())).isEqualTo("dedicated");
            scene.assertNothingLost(writers, scene.dedicated());
        }
    }

    @Test
    @DisplayName("40: the server ends the pause of a coordinator that has fallen silent")
    void aCoordinatorThatFallsSilentLetsTheWritersGoOnWhereTheyWere() throws Exception {
        try (TenantWriters writers = writers()) {
            SwitchScene.awaitAppends(writers, 30);
            scene.pair().preparePositions();
            try (SwitchSession silent = new SwitchSession(way, scene.tenant().toString())) {
                lockDrainAndMove(silent);
                awaitHeld(writers);
                scene.awaitTenantsAppends(scene.shared());
                assertThatThrownBy(silent::commit).isInstanceOf(SQLException.class);
            }
            assertThat(scene.sourceIsOpen()).isTrue();

            scene.run(way);

            scene.awaitTenantsAppends(scene.dedicated());
            scene.assertNothingLost(writers, scene.dedicated());
        }
    }

    @Test
    @DisplayName("42: an event that the target does not take ends the attempt, and nothing changes")
    void anEventThatTheTargetDoesNotTakeEndsTheSwitchAndNothingChanges() throws Exception {
        scene = SwitchScene.create(STORES, TenantHistory.of(42, 300), LEASE);
        scene.pair().preparePositions();
        way = scene.pair().forward(true);
        try (EventTableLog log = way.log(way.tenants());
                Target<StoredEvent> target = way.into().open()) {
            target.apply(log.read(0, new SequenceRange(1, 200), 1000, false));
        }
        try (Connection connection = scene.dedicated().connect();
                Statement statement = connection.createStatement()) {
            String spoil = "UPDATE events SET payload = '{}' WHERE global_position < 10";
            assertThat(statement.executeUpdate(spoil)).isPositive();
        }
        int before = TenantRows.eventIds(scene.shared(), scene.tenant()).size();

        assertThatThrownBy(() -> scene.run(way))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        e -> assertThat(e.recoverability()).isEqualTo(Recoverability.FATAL))
                .hasMessageContaining("different: payload");

        scene.shared().run(scene.insert());
        assertThat(TenantRows.eventIds(scene.shared(), scene.tenant())).hasSize(before + 1);
    }
}
