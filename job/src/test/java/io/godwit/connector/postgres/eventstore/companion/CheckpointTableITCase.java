package io.godwit.connector.postgres.eventstore.companion;

import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.ACME;
import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A checkpoint is written only over the row that was looked at. */
final class CheckpointTableITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @ParameterizedTest
    @EnumSource(
            value = StoreVariant.class,
            names = {"CURRENT", "BEFORE_0_8"})
    void rowThatHasChangedMeanwhileIsNotWritten(StoreVariant variant) throws SQLException {
        CompanionStore store = CompanionStore.create(STORES, "dedicated", variant);
        store.put(ACME, 1, 2, 3);
        try (Connection connection = store.database().connect()) {
            CheckpointTable table =
                    new CheckpointTable(
                            connection,
                            store.spec(),
                            TenantEvents.requireStore(connection, store.spec()));
            CheckpointTable.Row moved =
                    new CheckpointTable.Row(event(3L), "Moved", null, 5, null, null);
            assertThat(table.read("orders")).isEmpty();
            store.consumed("orders", event(1L), 1);
            assertThat(table.write("orders", moved, 3, null)).as("it has come").isFalse();
            CheckpointTable.Row before = table.read("orders").orElseThrow();
            store.consumed("orders", event(1L), 2);
            assertThat(table.write("orders", moved, 3, before)).as("its position").isFalse();
            store.consumed("orders", event(2L), 1);
            assertThat(table.write("orders", moved, 3, before)).as("its last event").isFalse();
            store.consumed("orders", event(2L), 2);
            assertThat(table.read("orders").orElseThrow().position().position()).isEqualTo(2);
            assertThat(table.write("orders", moved, 3, table.read("orders").orElseThrow()))
                    .isTrue();
            assertThat(table.read("orders").orElseThrow().stored()).isEqualTo(table.stored(3));
        }
    }
}
