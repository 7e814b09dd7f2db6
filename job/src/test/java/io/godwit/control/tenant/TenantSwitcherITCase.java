package io.godwit.control.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantPair;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.TenantTail;
import io.godwit.testkit.TenantWriters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tenants switched between two real stores while an application writes. */
final class TenantSwitcherITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final Duration LEASE = Duration.ofMillis(500);

    private SwitchScene scene;
    private TenantPair pair;

    @BeforeEach
    void stores() throws SQLException {
        scene = SwitchScene.create(STORES, LEASE);
        pair = scene.pair();
    }

    private TenantWriters writers() {
        return scene.writers(3, Duration.ZERO);
    }

    @Test
    void aTenantGoesAndComesBackAndGoesAgainUnderItsWriters() throws Exception {
        try (TenantWriters writers = writers()) {
            for (int round = 0; round < 3; round++) {
                boolean kept = round == 0;
                switchOnce(writers, pair.forward(kept), kept);
                assertThat(writers.router().storeIdOf(scene.tenant())).isEqualTo("dedicated");
                switchOnce(writers, pair.back(), false);
                assertThat(writers.router().storeIdOf(scene.tenant())).isEqualTo("shared");
            }
            switchOnce(writers, pair.forward(false), false);
            SwitchScene.awaitAppends(writers, 20);
            scene.assertNothingLost(writers, scene.dedicated());
        }
        assertVersionsFollowPositions(scene.dedicated());
        assertVersionsFollowPositions(scene.shared());
    }

    private void switchOnce(TenantWriters writers, SwitchDirection way, boolean kept)
            throws Exception {
        try (TenantTail tail = pair.tail(way)) {
            SwitchScene.awaitAppends(writers, 50);
            if (kept) {
                pair.preparePositions();
            }
            SwitchReport report = scene.run(way);
            assertThat(report.attempts()).isPositive();
            assertThat(report.pause()).isLessThan(LEASE);
        }
        // Closed: nothing was appended there after the switch, by whomever.
        assertThat(lastPosition(way.from())).isEqualTo(new Moved(way).lastPosition());
    }

    private long lastPosition(PostgresEventStoreSpec store) throws SQLException {
        try (Connection connection = store.open("test");
                PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT max(global_position) FROM events WHERE tenant_id = ?")) {
            statement.setObject(1, scene.tenant());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private static void assertVersionsFollowPositions(PostgresDatabase store) throws SQLException {
        String outOfOrder =
                """
                SELECT count(*) FROM (
                    SELECT version - lag(version, 1, 0) OVER (
                        PARTITION BY aggregate_id ORDER BY global_position) AS step
                    FROM events) AS steps
                WHERE step <> 1
                """;
        assertThat(store.ask(outOfOrder)).as("streams out of order").isEqualTo("0");
    }

    @Test
    void whatTheTailHasNotAppliedIsAppliedInThePause() throws Exception {
        scene = SwitchScene.create(STORES, TenantHistory.of(7, 400), LEASE);
        scene.pair().preparePositions();

        SwitchReport report = scene.run(scene.pair().forward(true));

        assertThat(report.epoch()).isEqualTo(2);
        assertThat(rows(scene.dedicated())).isNotEmpty().isEqualTo(rows(scene.shared()));
    }

    private List<String> rows(PostgresDatabase store) {
        return TenantRows.withPositions(
                store, StoreVariant.CURRENT.mapping(), scene.tenant().toString());
    }

    @Test
    void aSecondRunFindsTheTenantMoved() throws Exception {
        pair.preparePositions();
        scene.run(pair.forward(true));

        SwitchReport again = scene.run(pair.forward(false));

        assertThat(again.attempts()).isZero();
        assertThat(again.epoch()).isEqualTo(2);
    }

    @Test
    void anAppendThatStaysOpenIsNamedAndNothingChanges() throws Exception {
        try (Connection writer = scene.shared().connect();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("SET application_name = 'nightly import'");
            statement.execute(scene.insert());

            assertThatThrownBy(() -> scene.run(pair.forward(true)))
                    .isInstanceOfSatisfying(
                            MigrationException.class,
                            e ->
                                    assertThat(e.recoverability())
                                            .isEqualTo(Recoverability.RECOVERABLE))
                    .hasMessageContaining("nightly import")
                    .hasMessageContaining("nothing has changed");
            writer.commit();
        }
        assertThat(scene.sourceIsOpen()).isTrue();
        assertThat(TenantRows.eventIds(scene.shared(), scene.tenant())).hasSize(1);
    }

    @Test
    void whoeverKillsTheCoordinatorsSessionsLosesNothing() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        ExecutorService killer = Executors.newSingleThreadExecutor();
        try (TenantWriters writers = writers()) {
            boolean kept = true;
            for (int round = 0; round < 6; round++) {
                SwitchDirection way = round % 2 == 0 ? pair.forward(kept) : pair.back();
                try (TenantTail tail = pair.tail(way)) {
                    SwitchScene.awaitAppends(writers, 30);
                    if (kept) {
                        pair.preparePositions();
                    }
                    long delay = random.nextInt(40);
                    Future<?> kill = killer.submit(() -> killSwitch(way.from(), delay));
                    runUntilSwitched(way);
                    kill.get(60, TimeUnit.SECONDS);
                }
                kept = false;
            }
            scene.assertNothingLost(writers, scene.shared());
        } finally {
            killer.shutdownNow();
        }
    }

    private void runUntilSwitched(SwitchDirection way) {
        for (int attempt = 0; ; attempt++) {
            try {
                scene.run(way);
                return;
            } catch (MigrationException e) {
                assertThat(e.recoverability()).isNotEqualTo(Recoverability.FATAL);
                assertThat(attempt).isLessThan(10);
            }
        }
    }

    /** Ends, a moment after it was seen, the session that holds the tenant's lock exclusively. */
    private Void killSwitch(PostgresEventStoreSpec store, long delayMillis) throws SQLException {
        String kill =
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND"
                        + " mode = 'ExclusiveLock' AND granted AND objsubid = 1 AND database ="
                        + " (SELECT oid FROM pg_database WHERE datname = current_database())";
        try (Connection connection = store.open("killer");
                Statement statement = connection.createStatement()) {
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
            long seen = 0;
            while (System.nanoTime() < until) {
                if (seen == 0 && !locked(statement)) {
                    continue;
                }
                seen = seen == 0 ? System.nanoTime() : seen;
                if (System.nanoTime() - seen >= TimeUnit.MICROSECONDS.toNanos(delayMillis * 100)) {
                    statement.execute(kill);
                    return null;
                }
            }
            return null;
        }
    }

    private static boolean locked(Statement statement) throws SQLException {
        try (ResultSet rows =
                statement.executeQuery(
                        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND mode ="
                                + " 'ExclusiveLock' AND granted AND objsubid = 1 AND database ="
                                + " (SELECT oid FROM pg_database WHERE datname ="
                                + " current_database()))")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }
}
