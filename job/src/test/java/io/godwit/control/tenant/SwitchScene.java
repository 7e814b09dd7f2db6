package io.godwit.control.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.TenantRoutes;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantPair;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.TenantWriters;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;

/**
 * Two real stores that are prepared for a tenant's switches, and an application that writes.
 *
 * @param tenant that is switched
 * @param other that stays in the shared store
 */
record SwitchScene(
        PostgresDatabase shared,
        PostgresDatabase dedicated,
        TenantPair pair,
        UUID tenant,
        UUID other) {

    /** With empty stores. */
    static SwitchScene create(TenantStores stores, Duration lease) throws SQLException {
        return create(stores.newStore(StoreVariant.CURRENT), stores, UUID.randomUUID(), lease);
    }

    /** With this history in the shared store; its first tenant is the one to switch. */
    static SwitchScene create(TenantStores stores, TenantHistory history, Duration lease)
            throws SQLException {
        return create(
                stores.newStore(StoreVariant.CURRENT, history),
                stores,
                UUID.fromString(history.tenant(0)),
                lease);
    }

    private static SwitchScene create(
            PostgresDatabase shared, TenantStores stores, UUID tenant, Duration lease)
            throws SQLException {
        PostgresDatabase dedicated = stores.newStore(StoreVariant.CURRENT);
        TenantPair pair =
                new TenantPair(
                        TenantStores.spec(shared, "shared", StoreVariant.CURRENT),
                        TenantStores.spec(dedicated, "dedicated", StoreVariant.CURRENT),
                        List.of(tenant.toString()),
                        lease);
        return new SwitchScene(shared, dedicated, pair, tenant, UUID.randomUUID());
    }

    /** Appends one event of the tenant to the shared store. */
    String insert() {
        return """
               INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                   version, timestamp, payload)
               VALUES (gen_random_uuid(), gen_random_uuid(), 'Order', 'OrderPlaced', '%s', 1,
                       now(), '{}')
               """
                .formatted(tenant);
    }

    SwitchReport run(SwitchDirection way) {
        return new TenantSwitcher(way).run(tenant.toString());
    }

    /** So many threads for the tenant, and one for the other. */
    TenantWriters writers(int threads, Duration every) {
        return new TenantWriters(
                Map.of("shared", shared, "dedicated", dedicated),
                "shared",
                Map.of(tenant, threads, other, 1),
                every);
    }

    static void awaitAppends(TenantWriters writers, long more) {
        long before = writers.appends();
        Awaitility.await("appends go on")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> writers.appends() >= before + more || !writers.failures().isEmpty());
        assertThat(writers.failures()).isEmpty();
    }

    /** Of the tenant itself, in that store. */
    void awaitTenantsAppends(PostgresDatabase store) {
        int before = TenantRows.eventIds(store, tenant).size();
        Awaitility.await("the tenant's appends go on")
                .atMost(Duration.ofSeconds(60))
                .until(() -> TenantRows.eventIds(store, tenant).size() >= before + 20);
    }

    boolean sourceIsOpen() throws SQLException {
        try (Connection connection = shared.connect()) {
            return new TenantRoutes(StoreVariant.CURRENT.mapping())
                    .read(connection, tenant.toString())
                    .orElseThrow()
                    .open();
        }
    }

    /** Every acknowledged event is in the store that has its tenant, once. */
    void assertNothingLost(TenantWriters writers, PostgresDatabase last) throws Exception {
        writers.stop();
        assertThat(writers.failures()).isEmpty();
        List<UUID> stored = new ArrayList<>(TenantRows.eventIds(last, tenant));
        stored.addAll(TenantRows.eventIds(shared, other));
        assertThat(stored).doesNotHaveDuplicates().hasSameElementsAs(writers.acknowledged());
    }
}
