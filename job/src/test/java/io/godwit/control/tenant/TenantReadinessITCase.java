package io.godwit.control.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantPair;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.TenantTail;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What keeps a cutover from beginning, on two real stores. */
final class TenantReadinessITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final Duration BRIEFLY = Duration.ofMillis(300);
    private static final Duration PATIENTLY = Duration.ofSeconds(30);
    private static final long SEED = 20261124;

    private final TenantHistory history = TenantHistory.of(SEED, 600);
    private final String tenant = history.tenant(0);
    private PostgresDatabase source;
    private PostgresDatabase target;

    @BeforeEach
    void stores() {
        System.out.println("seed " + SEED);
        source = STORES.newStore(StoreVariant.CURRENT, history);
        target = STORES.newStore(StoreVariant.CURRENT);
    }

    private TenantPair pair() throws SQLException {
        return new TenantPair(
                TenantStores.spec(source, "shared", StoreVariant.CURRENT),
                TenantStores.spec(target, "dedicated", StoreVariant.CURRENT),
                List.of(tenant),
                Duration.ofMillis(500));
    }

    private static TenantReadiness ready(SwitchDirection way, long mostLag, Duration patience) {
        return new TenantReadiness(way, mostLag, patience);
    }

    private static void run(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String insert(String tenant) {
        return """
               INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                   version, timestamp, payload)
               VALUES (gen_random_uuid(), gen_random_uuid(), 'Order', 'OrderPlaced', '%s', 1,
                       now(), '{}')
               """
                .formatted(tenant);
    }

    @Test
    @DisplayName(
            "29, 35, 36: lag is the tenant's missing events, whatever positions the target has")
    void lagIsTheTenantsEventsThatAreMissingWhateverPositionsTheTargetHas() throws Exception {
        new TenantHistory(SEED + 1, 5_000, List.of(1)).fill(target, StoreVariant.CURRENT);
        SwitchDirection way = pair().forward(false);
        long events = TenantRows.positions(source, StoreVariant.CURRENT.mapping(), tenant).size();

        assertThatThrownBy(() -> ready(way, events - 1, BRIEFLY).awaitFlow())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining(events + " events")
                .hasMessageContaining("cutover_max_lag_events: " + (events - 1));
        assertThatCode(() -> ready(way, events, BRIEFLY).awaitFlow())
                .as("exactly as many as are allowed")
                .doesNotThrowAnyException();
    }

    @Test
    @DisplayName("30: what others write does not count, and what the tail has applied neither")
    void aTenantWhoseTailFollowsIsReadyWhileEverybodyWrites() throws Exception {
        TenantPair pair = pair();
        SwitchDirection way = pair.forward(true);
        try (TenantTail tail = pair.tail(way)) {
            run(source, insert(tenant));
            assertThat(ready(way, 0, PATIENTLY).awaitFlow()).isPositive();
        }
        for (int i = 0; i < 50; i++) {
            run(source, insert(history.tenant(1)));
        }
        assertThatCode(() -> ready(way, 0, BRIEFLY).awaitFlow())
                .as("without a tail, behind by other tenants' positions alone")
                .doesNotThrowAnyException();
        run(source, insert(tenant));
        assertThatThrownBy(() -> ready(way, 0, BRIEFLY).awaitFlow())
                .hasMessageContaining("1 events");
    }

    @Test
    @DisplayName("23: an append that is still open keeps the cutover from being ready")
    void anOpenAppendIsNotTakenForApplied() throws Exception {
        TenantPair pair = pair();
        SwitchDirection way = pair.forward(true);
        try (TenantTail tail = pair.tail(way);
                Connection writer = source.connect();
                Statement statement = writer.createStatement()) {
            ready(way, 0, PATIENTLY).awaitFlow();
            writer.setAutoCommit(false);
            statement.execute(insert(tenant));
            run(source, insert(tenant));

            assertThatThrownBy(() -> ready(way, 0, BRIEFLY).awaitFlow())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("was not final");

            writer.commit();
            ready(way, 0, PATIENTLY).awaitFlow();
        }
        assertThat(TenantRows.withPositions(target, StoreVariant.CURRENT.mapping(), tenant))
                .isEqualTo(
                        TenantRows.withPositions(source, StoreVariant.CURRENT.mapping(), tenant));
    }

    @Test
    void aSnapshotOfBeforeTheRoutesIsNamedAndWaitedFor() throws Exception {
        try (Connection old = source.connect();
                Statement statement = old.createStatement()) {
            old.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            old.setAutoCommit(false);
            statement.execute("SET application_name = 'month end report'");
            statement.execute("SELECT count(*) FROM pg_class");
            SwitchDirection way = pair().forward(true);

            assertThatThrownBy(() -> ready(way, 0, BRIEFLY).awaitFences())
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("from before the migration")
                    .hasMessageContaining("month end report");

            old.rollback();
            ready(way, 0, PATIENTLY).awaitFences();
        }
    }

    @Test
    void aFenceThatSomebodyHasDisabledStopsTheCutoverOnEitherSide() throws Exception {
        SwitchDirection way = pair().forward(true);
        ready(way, 0, PATIENTLY).awaitFences();
        run(target, "ALTER TABLE events DISABLE TRIGGER USER");
        assertThatThrownBy(() -> ready(way, 0, BRIEFLY).awaitFences())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("write fence of the store that is moved to");
        run(source, "ALTER TABLE events DISABLE TRIGGER USER");
        assertThatThrownBy(() -> ready(way, 0, BRIEFLY).awaitFences())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("write fence of the store that is left");
    }
}
