package io.godwit.control.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.connector.postgres.eventstore.TenantRoutes;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.model.SequenceRange;
import io.godwit.port.Target;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantPair;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
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
import java.util.UUID;
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

    private final UUID tenant = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();
    private PostgresDatabase shared;
    private PostgresDatabase dedicated;
    private TenantPair pair;
    private SwitchDirection way;

    @BeforeEach
    void stores() throws SQLException {
        shared = STORES.newStore(StoreVariant.CURRENT);
        dedicated = STORES.newStore(StoreVariant.CURRENT);
        pair = pair(shared, dedicated, tenant.toString());
        way = pair.forward(true);
    }

    private static TenantPair pair(PostgresDatabase from, PostgresDatabase to, String tenant)
            throws SQLException {
        return new TenantPair(spec(from, "shared"), spec(to, "dedicated"), List.of(tenant), LEASE);
    }

    private static PostgresEventStoreSpec spec(PostgresDatabase database, String id) {
        return TenantStores.spec(database, id, StoreVariant.CURRENT);
    }

    private TenantWriters writers() {
        return new TenantWriters(
                Map.of("shared", shared, "dedicated", dedicated),
                "shared",
                Map.of(tenant, THREADS, other, 1),
                Duration.ofMillis(2));
    }

    private static void awaitAppends(TenantWriters writers, long more) {
        long before = writers.appends();
        Awaitility.await("appends go on")
                .atMost(Duration.ofSeconds(60))
                .until(() -> writers.appends() >= before + more || !writers.failures().isEmpty());
        assertThat(writers.failures()).isEmpty();
    }

    /** Of the tenant itself, in that store. */
    private void awaitTenantsAppends(PostgresDatabase store) throws SQLException {
        int before = eventIds(store, tenant).size();
        Awaitility.await("the tenant's appends go on")
                .atMost(Duration.ofSeconds(60))
                .until(() -> eventIds(store, tenant).size() >= before + 20);
    }

    private void awaitHeld(TenantWriters writers) {
        Awaitility.await("the tenant's appends are held, others are not")
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> writers.router().appendsUnderWay(tenant) == THREADS);
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

    private boolean sourceIsOpen() throws SQLException {
        try (Connection connection = shared.connect()) {
            return new TenantRoutes(StoreVariant.CURRENT.mapping())
                    .read(connection, tenant.toString())
                    .orElseThrow()
                    .open();
        }
    }

    /** Every acknowledged event is in the store that has its tenant, once. */
    private void assertNothingLost(TenantWriters writers) throws Exception {
        writers.stop();
        assertThat(writers.failures()).isEmpty();
        List<UUID> stored = new ArrayList<>(eventIds(dedicated, tenant));
        stored.addAll(eventIds(shared, other));
        assertThat(stored).doesNotHaveDuplicates().hasSameElementsAs(writers.acknowledged());
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
    @DisplayName("8: a crash after the commit point, before the target opens, is mended by a rerun")
    void aCrashBetweenTheCommitPointAndTheOpeningIsMendedByRunningItAgain() throws Exception {
        try (TenantWriters writers = writers()) {
            awaitAppends(writers, 30);
            pair.preparePositions();
            try (SwitchSession dies = new SwitchSession(way, tenant.toString())) {
                lockDrainAndMove(dies);
                dies.commit();
            }
            awaitHeld(writers);
            assertThat(sourceIsOpen()).isFalse();

            SwitchReport report = new TenantSwitcher(way).run(tenant.toString());

            assertThat(report.attempts()).as("the switch itself was done").isZero();
            awaitTenantsAppends(dedicated);
            assertThat(writers.router().storeIdOf(tenant)).isEqualTo("dedicated");
            assertNothingLost(writers);
        }
    }

    @Test
    @DisplayName("40: the server ends the pause of a coordinator that has fallen silent")
    void aCoordinatorThatFallsSilentLetsTheWritersGoOnWhereTheyWere() throws Exception {
        try (TenantWriters writers = writers()) {
            awaitAppends(writers, 30);
            pair.preparePositions();
            try (SwitchSession silent = new SwitchSession(way, tenant.toString())) {
                lockDrainAndMove(silent);
                awaitHeld(writers);
                awaitTenantsAppends(shared);
                assertThatThrownBy(silent::commit).isInstanceOf(SQLException.class);
            }
            assertThat(sourceIsOpen()).isTrue();

            new TenantSwitcher(way).run(tenant.toString());

            awaitTenantsAppends(dedicated);
            assertNothingLost(writers);
        }
    }

    @Test
    @DisplayName("42: an event that the target does not take ends the attempt, and nothing changes")
    void anEventThatTheTargetDoesNotTakeEndsTheSwitchAndNothingChanges() throws Exception {
        TenantHistory history = TenantHistory.of(42, 300);
        String moving = history.tenant(0);
        shared = STORES.newStore(StoreVariant.CURRENT, history);
        dedicated = STORES.newStore(StoreVariant.CURRENT);
        pair = pair(shared, dedicated, moving);
        pair.preparePositions();
        way = pair.forward(true);
        try (EventTableLog log = way.log(way.tenants());
                Target<StoredEvent> target = way.into().open()) {
            target.apply(log.read(0, new SequenceRange(1, 200), 1000, false));
        }
        run(dedicated, "UPDATE events SET payload = '{}' WHERE global_position < 10");
        List<String> before = TenantRows.of(shared, StoreVariant.CURRENT.mapping(), moving);

        assertThatThrownBy(() -> new TenantSwitcher(way).run(moving))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        e -> assertThat(e.recoverability()).isEqualTo(Recoverability.FATAL))
                .hasMessageContaining("different: payload");

        run(
                shared,
                """
                INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                    version, timestamp, payload)
                VALUES (gen_random_uuid(), gen_random_uuid(), 'Order', 'OrderPlaced', '%s', 1,
                        now(), '{}')
                """
                        .formatted(moving));
        assertThat(TenantRows.of(shared, StoreVariant.CURRENT.mapping(), moving))
                .hasSize(before.size() + 1);
    }

    private static void run(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).isPositive();
        }
    }
}
