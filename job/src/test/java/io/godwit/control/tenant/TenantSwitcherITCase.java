package io.godwit.control.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.TenantRoutes;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tenants switched between two real stores while an application writes. */
final class TenantSwitcherITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final Duration LEASE = Duration.ofMillis(500);

    private final UUID tenant = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();
    private PostgresDatabase shared;
    private PostgresDatabase dedicated;
    private TenantPair pair;

    @BeforeEach
    void stores() throws SQLException {
        shared = STORES.newStore(StoreVariant.CURRENT);
        dedicated = STORES.newStore(StoreVariant.CURRENT);
        pair =
                new TenantPair(
                        spec(shared, "shared"),
                        spec(dedicated, "dedicated"),
                        List.of(tenant.toString()),
                        LEASE);
    }

    private static PostgresEventStoreSpec spec(PostgresDatabase database, String id) {
        return TenantStores.spec(database, id, StoreVariant.CURRENT);
    }

    private TenantWriters writers() {
        return new TenantWriters(
                Map.of("shared", shared, "dedicated", dedicated),
                "shared",
                Map.of(tenant, 3, other, 1));
    }

    private static void awaitAppends(TenantWriters writers, long more) {
        long before = writers.appends();
        Awaitility.await("appends go on")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> writers.appends() >= before + more || !writers.failures().isEmpty());
    }

    /** The tenant's events that are acknowledged, in both stores when a tail has followed. */
    private void assertNothingLost(TenantWriters writers, PostgresDatabase last) throws Exception {
        assertThat(writers.failures()).isEmpty();
        List<UUID> stored = new ArrayList<>(eventIds(last, tenant));
        stored.addAll(eventIds(shared, other));
        assertThat(stored).doesNotHaveDuplicates();
        assertThat(stored).hasSameElementsAs(writers.acknowledged());
    }

    private static List<UUID> eventIds(PostgresDatabase store, UUID tenant) throws SQLException {
        try (Connection connection = store.connect();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT event_id FROM events WHERE tenant_id = ?")) {
            statement.setObject(1, tenant);
            List<UUID> ids = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getObject(1, UUID.class));
                }
            }
            return ids;
        }
    }

    @Test
    void aTenantGoesAndComesBackAndGoesAgainUnderItsWriters() throws Exception {
        try (TenantWriters writers = writers()) {
            for (int round = 0; round < 3; round++) {
                boolean kept = round == 0;
                switchOnce(writers, pair.forward(kept), kept);
                assertThat(writers.router().storeIdOf(tenant)).isEqualTo("dedicated");
                switchOnce(writers, pair.back(), false);
                assertThat(writers.router().storeIdOf(tenant)).isEqualTo("shared");
            }
            switchOnce(writers, pair.forward(false), false);
            awaitAppends(writers, 20);
            writers.stop();
            assertNothingLost(writers, dedicated);
        }
        assertVersionsFollowPositions(dedicated);
        assertVersionsFollowPositions(shared);
    }

    private void switchOnce(TenantWriters writers, SwitchDirection way, boolean kept)
            throws Exception {
        try (TenantTail tail = pair.tail(way)) {
            awaitAppends(writers, 50);
            if (kept) {
                pair.preparePositions();
            }
            SwitchReport report = new TenantSwitcher(way).run(tenant.toString());
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
            statement.setObject(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    private static void assertVersionsFollowPositions(PostgresDatabase store) throws SQLException {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SELECT count(*) FROM (
                                    SELECT version - lag(version, 1, 0) OVER (
                                        PARTITION BY aggregate_id ORDER BY global_position) AS step
                                    FROM events) AS steps
                                WHERE step <> 1
                                """)) {
            rows.next();
            assertThat(rows.getLong(1)).as("streams out of order").isZero();
        }
    }

    @Test
    void whatTheTailHasNotAppliedIsAppliedInThePause() throws Exception {
        TenantHistory history = TenantHistory.of(7, 400);
        String moving = history.tenant(0);
        PostgresDatabase source = STORES.newStore(StoreVariant.CURRENT, history);
        PostgresDatabase target = STORES.newStore(StoreVariant.CURRENT);
        TenantPair full =
                new TenantPair(
                        spec(source, "shared"), spec(target, "dedicated"), List.of(moving), LEASE);
        full.preparePositions();

        SwitchReport report = new TenantSwitcher(full.forward(true)).run(moving);

        assertThat(report.epoch()).isEqualTo(2);
        assertThat(TenantRows.withPositions(target, StoreVariant.CURRENT.mapping(), moving))
                .isNotEmpty()
                .isEqualTo(
                        TenantRows.withPositions(source, StoreVariant.CURRENT.mapping(), moving));
    }

    @Test
    void aSecondRunFindsTheTenantMoved() throws Exception {
        pair.preparePositions();
        new TenantSwitcher(pair.forward(true)).run(tenant.toString());

        SwitchReport again = new TenantSwitcher(pair.forward(false)).run(tenant.toString());

        assertThat(again.attempts()).isZero();
        assertThat(again.epoch()).isEqualTo(2);
    }

    @Test
    void anAppendThatStaysOpenIsNamedAndNothingChanges() throws Exception {
        try (Connection writer = shared.connect();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("SET application_name = 'nightly import'");
            statement.execute(insert(tenant));

            assertThatThrownBy(() -> new TenantSwitcher(pair.forward(true)).run(tenant.toString()))
                    .isInstanceOfSatisfying(
                            MigrationException.class,
                            e ->
                                    assertThat(e.recoverability())
                                            .isEqualTo(Recoverability.RECOVERABLE))
                    .hasMessageContaining("nightly import")
                    .hasMessageContaining("nothing has changed");
            writer.commit();
        }
        try (Connection connection = shared.connect()) {
            assertThat(
                            new TenantRoutes(StoreVariant.CURRENT.mapping())
                                    .read(connection, tenant.toString())
                                    .orElseThrow()
                                    .open())
                    .isTrue();
        }
        assertThat(eventIds(shared, tenant)).hasSize(1);
    }

    private static String insert(UUID tenant) {
        return """
               INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                   version, timestamp, payload)
               VALUES (gen_random_uuid(), gen_random_uuid(), 'Order', 'OrderPlaced', '%s', 1,
                       now(), '{}')
               """
                .formatted(tenant);
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
                    awaitAppends(writers, 30);
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
            writers.stop();
            assertNothingLost(writers, shared);
        } finally {
            killer.shutdownNow();
        }
    }

    private void runUntilSwitched(SwitchDirection way) {
        for (int attempt = 0; ; attempt++) {
            try {
                new TenantSwitcher(way).run(tenant.toString());
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
