package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.SequenceRange;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What is read behind the tenant's lock, and by the tail some hundred times a second, is read by
 * its position: not all that the tenant has, however little the planner knows of the table.
 */
final class RecentEventsITCase {

    private static final String TENANT = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";
    private static final int EVENTS = 20_000;

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private PostgresDatabase store;

    @BeforeEach
    void aTableThatWasNeverAnalyzed() throws SQLException {
        store = STORES.newStore(StoreVariant.CURRENT);
        store.run(
                "ALTER TABLE events SET (autovacuum_enabled = off)",
                """
                INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                    version, timestamp, payload)
                SELECT gen_random_uuid(), gen_random_uuid(), 'Order', 'OrderPlaced', '%s', 1, now(),
                    '{}'
                FROM generate_series(1, %d)
                """
                        .formatted(TENANT, EVENTS));
    }

    /** Of the event table and of all its indexes, in this transaction. */
    private static long rowsRead(Connection connection) throws SQLException {
        return CatalogueQuery.list(
                        connection,
                        """
                        SELECT pg_stat_get_xact_tuples_returned(CAST('events' AS regclass))
                            + sum(pg_stat_get_xact_tuples_returned(indexrelid))
                        FROM pg_index WHERE indrelid = CAST('events' AS regclass)
                        """,
                        row -> row.getLong(1))
                .get(0);
    }

    @Test
    void theTailReadsWhatIsNew() throws SQLException {
        try (Connection connection = store.connect()) {
            connection.setAutoCommit(false);
            StoreSchema schema = StoreSchema.read(connection, StoreVariant.CURRENT.mapping());
            EventRows rows = new EventRows(schema, List.of(), List.of(TENANT));
            List<StoredEvent> events =
                    rows.read(
                            connection,
                            new SequenceRange(EVENTS - 9, Long.MAX_VALUE),
                            1000,
                            true,
                            EventRows.Stretch.RECENT);
            assertThat(events).as("and a mark").hasSize(11);
            assertThat(rowsRead(connection)).isLessThan(100);
        }
    }

    @Test
    void theLastPositionIsFoundFromTheEnd() throws SQLException {
        TenantSwitch steps = new TenantSwitch(StoreVariant.CURRENT.mapping());
        try (Connection connection = store.connect()) {
            connection.setAutoCommit(false);
            assertThat(steps.lockExclusively(connection, TENANT, Duration.ofSeconds(1))).isTrue();
            assertThat(steps.lastPosition(connection, TENANT, EVENTS - 10)).hasValue(EVENTS);
            assertThat(rowsRead(connection)).isLessThan(100);
        }
    }
}
