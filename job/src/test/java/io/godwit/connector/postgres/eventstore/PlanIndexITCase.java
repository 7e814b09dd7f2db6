package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.Finding;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the plan says about reading one tenant out of a big shared table. */
final class PlanIndexITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static PlanIndex plan(PostgresDatabase database, StoreVariant variant, String tenant)
            throws SQLException {
        try (Connection connection = database.connect()) {
            return PlanIndex.of(
                    connection, StoreSchema.read(connection, variant.mapping()), tenant, 100);
        }
    }

    @Test
    void bigTableWithoutTheIndexIsToldHowToGetIt() throws SQLException {
        // A small tenant in a table of 120,000 events.
        TenantHistory history = new TenantHistory(21, 120_000, List.of(40, 1));
        PostgresDatabase database = STORES.newStore(StoreVariant.CURRENT, history);
        PlanIndex before = plan(database, StoreVariant.CURRENT, history.tenant(1));
        assertThat(before.index()).isNull();
        assertThat(before.access()).containsAnyOf("idx_events_tenant_id", "events_pkey");
        assertThat(before.tableRows()).isBetween(100_000L, 140_000L);
        assertThat(before.events()).isBetween(1_000L, 8_000L);
        Finding finding = before.finding();
        assertThat(finding.stops()).isFalse();
        assertThat(finding.remedy())
                .contains(
                        "CREATE INDEX CONCURRENTLY ON \"events\" (\"tenant_id\","
                                + " \"global_position\")");

        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(before.createIndex());
        }
        PlanIndex after = plan(database, StoreVariant.CURRENT, history.tenant(1));
        assertThat(after.index()).isEqualTo("events_tenant_id_global_position_idx");
        assertThat(after.access()).isEqualTo("Index Scan on events_tenant_id_global_position_idx");
        assertThat(after.pageCost()).isLessThan(before.pageCost());
        assertThat(after.finding().remedy()).isEmpty();
    }

    @Test
    void smallTableNeedsNoIndex() throws SQLException {
        TenantHistory history = TenantHistory.of(22, 500);
        PlanIndex plan =
                plan(
                        STORES.newStore(StoreVariant.CURRENT, history),
                        StoreVariant.CURRENT,
                        history.tenant(0));
        assertThat(plan.finding().weight()).isEqualTo(Finding.Weight.GOOD);
    }

    @Test
    void textIdsAndPartitionsArePlannedToo() throws SQLException {
        TenantHistory history = TenantHistory.of(23, 500);
        assertThat(
                        plan(
                                        STORES.newStore(StoreVariant.JOURNAL, history),
                                        StoreVariant.JOURNAL,
                                        history.tenant(0))
                                .index())
                .isEqualTo("entries_account_seq_idx");
        PlanIndex partitioned =
                plan(
                        STORES.newStore(StoreVariant.PARTITIONED, history),
                        StoreVariant.PARTITIONED,
                        history.tenant(0));
        assertThat(partitioned.tableRows()).isEqualTo(500);
        assertThat(partitioned.createIndex()).startsWith("CREATE INDEX ON");
    }
}
