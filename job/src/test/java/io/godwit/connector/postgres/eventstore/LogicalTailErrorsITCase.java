package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.LogicalFlows.PATIENCE;
import static io.godwit.connector.postgres.eventstore.LogicalFlows.head;
import static io.godwit.connector.postgres.eventstore.LogicalFlows.turnUntil;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import io.godwit.spec.Positions;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What ends a logical tail, and what it refuses from the start. */
final class LogicalTailErrorsITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @RegisterExtension final LogicalFlows flows = new LogicalFlows(STORES);

    @Test
    void aSessionThatEndsIsTransientAndTheNextCallBeginsAnew() throws Exception {
        TenantFlow flow = flows.create(StoreVariant.CURRENT);
        long next = head(flow) + 1;
        try (LogicalReader reader = new LogicalReader(flow, next);
                Connection admin = flow.source().connect()) {
            reader.turn();
            FencedStore.execute(
                    admin,
                    "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                            + " WHERE active_pid IS NOT NULL AND database = current_database()");
            FencedStore.execute(admin, LogicalWriters.insert(flow.tenant()));
            Awaitility.await("the loss is noticed")
                    .atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThatThrownBy(reader::turn)
                                            .isInstanceOf(MigrationException.class)
                                            .hasMessageContaining("write-ahead log"));
            turnUntil(reader, "the mark", () -> reader.cursor() > next);
            assertThat(reader.target()).containsOnlyKeys(next);
        }
    }

    @Test
    void aColumnThatIsRenamedIsAnErrorThatNamesIt() throws Exception {
        TenantFlow flow = flows.create(StoreVariant.CURRENT);
        try (LogicalReader reader = new LogicalReader(flow, head(flow) + 1);
                Connection admin = flow.source().connect()) {
            reader.turn();
            FencedStore.execute(admin, "ALTER TABLE events RENAME COLUMN actor_id TO actor");
            FencedStore.execute(admin, LogicalWriters.insert(flow.tenant()));
            Awaitility.await()
                    .atMost(PATIENCE)
                    .untilAsserted(
                            () ->
                                    assertThatThrownBy(reader::turn)
                                            .isInstanceOf(MigrationException.class)
                                            .hasMessageContaining("without column actor_id"));
        }
    }

    @Test
    void whatItCannotFollowIsRefusedWithARemedy() throws Exception {
        TenantFlow flow = flows.create(StoreVariant.CURRENT);
        try (Connection admin = flow.source().connect()) {
            assertThat(LogicalTailCheck.source(admin, flow.mapping(), "test"))
                    .noneMatch(Finding::stops);
            FencedStore.execute(
                    admin, "ALTER TABLE events ALTER COLUMN tenant_id TYPE numeric USING 1");
            assertThat(LogicalTailCheck.source(admin, flow.mapping(), "test"))
                    .filteredOn(Finding::stops)
                    .singleElement()
                    .satisfies(
                            f -> {
                                assertThat(f.what()).contains("tenant_id").contains("numeric");
                                assertThat(f.remedy()).isEqualTo("set tail: poll");
                            });
            FencedStore.execute(
                    admin,
                    "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
            FencedStore.execute(
                    admin, "ALTER TABLE events ALTER COLUMN tenant_id TYPE text COLLATE blind");
            assertThat(LogicalTailCheck.source(admin, flow.mapping(), "test"))
                    .filteredOn(Finding::stops)
                    .hasSize(1);
            FencedStore.execute(admin, "CREATE DOMAIN tenant AS text");
            FencedStore.execute(admin, "ALTER TABLE events ALTER COLUMN tenant_id TYPE tenant");
            assertThat(LogicalTailCheck.source(admin, flow.mapping(), "test"))
                    .noneMatch(Finding::stops);
        }
        assertThat(LogicalTailCheck.positions(Positions.KEEP)).isEmpty();
        assertThat(LogicalTailCheck.positions(Positions.APPEND))
                .singleElement()
                .matches(Finding::stops);
    }
}
