package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.StoreSchema.Column;
import io.godwit.spec.Secret;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The catalogue of every shape of store, on a real PostgreSQL. */
final class StoreSchemaITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static StoreSchema read(StoreVariant variant) throws SQLException {
        return read(STORES.newStore(variant), variant.mapping());
    }

    private static StoreSchema read(PostgresDatabase database, EventStoreMapping mapping)
            throws SQLException {
        try (Connection connection = database.connect()) {
            return StoreSchema.read(connection, mapping);
        }
    }

    private static void execute(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void currentStoreIsReadAsItIs() throws SQLException {
        StoreSchema schema = read(StoreVariant.CURRENT);
        assertThat(schema.columns())
                .extracting(Column::name)
                .containsExactly(
                        "global_position",
                        "event_id",
                        "aggregate_id",
                        "aggregate_type",
                        "event_type",
                        "tenant_id",
                        "actor_id",
                        "version",
                        "timestamp",
                        "payload",
                        "created_at",
                        "txid");
        assertThat(schema.typeOf("global_position")).isEqualTo("bigint");
        assertThat(schema.typeOf("aggregate_type")).isEqualTo("character varying(255)");
        assertThat(schema.typeOf("timestamp")).isEqualTo("timestamp with time zone");
        assertThat(schema.column("tenant_id").orElseThrow().nullable()).isTrue();
        assertThat(schema.column("created_at").orElseThrow().mustBeGiven()).isFalse();
        assertThat(schema.column("payload").orElseThrow().mustBeGiven()).isTrue();
        assertThat(schema.hasTxid()).isTrue();
        assertThat(schema.copiedColumns())
                .hasSize(11)
                .startsWith("global_position")
                .doesNotContain("txid");
        assertThat(schema.partitioned()).isFalse();
        assertThat(schema.sequence()).isEqualTo("public.events_global_position_seq");
        assertThat(schema.companions())
                .isEqualTo(new StoreSchema.Companions(true, true, true, true, true, true));
        assertThat(schema.indexes()).hasSize(11);
        assertThat(schema.uniqueOn(List.of("event_id"))).isTrue();
        assertThat(schema.uniqueOn(List.of("version", "aggregate_type", "aggregate_id"))).isTrue();
        assertThat(schema.uniqueOn(List.of("aggregate_id", "version"))).isFalse();
        assertThat(schema.feedIndex()).isEmpty();
        assertThat(schema.tenantIndex().orElseThrow().name()).isEqualTo("idx_events_tenant_id");
    }

    @Test
    void storeBefore08HasNeitherTxidNorTokens() throws SQLException {
        StoreSchema schema = read(StoreVariant.BEFORE_0_8);
        assertThat(schema.hasTxid()).isFalse();
        assertThat(schema.copiedColumns()).hasSize(11);
        assertThat(schema.companions())
                .isEqualTo(new StoreSchema.Companions(true, true, true, false, true, false));
    }

    @Test
    void partitionedStorePromisesNoUniqueEventIds() throws SQLException {
        StoreSchema schema = read(StoreVariant.PARTITIONED);
        assertThat(schema.partitioned()).isTrue();
        assertThat(schema.sequence()).isEqualTo("public.events_global_position_seq");
        assertThat(schema.uniqueOn(List.of("event_id"))).isFalse();
        assertThat(schema.uniqueOn(List.of("event_id", "timestamp"))).isTrue();
        assertThat(schema.tenantIndex()).isPresent();
    }

    @Test
    void storeOfAnotherMakeIsReadByItsMapping() throws SQLException {
        StoreSchema schema = read(StoreVariant.JOURNAL);
        assertThat(schema.missing()).isEmpty();
        assertThat(schema.column("seq").orElseThrow().identity()).isEqualTo("a");
        assertThat(schema.column("day").orElseThrow().generated()).isTrue();
        assertThat(schema.copiedColumns())
                .containsExactly(
                        "seq", "account", "Stream", "revision", "id", "kind", "at", "envelope");
        assertThat(schema.sequence()).isEqualTo("journal.entries_seq_seq");
        assertThat(schema.feedIndex().orElseThrow().columns()).containsExactly("account", "seq");
        assertThat(schema.uniqueOn(List.of("Stream", "revision"))).isTrue();
        assertThat(schema.companions().outbox()).isFalse();
    }

    @Test
    void feedIndexIsOneThatHasEveryRowOfTheTenant() throws SQLException {
        PostgresDatabase database = STORES.newStore(StoreVariant.CURRENT);
        execute(
                database,
                """
                CREATE INDEX of_one_type ON events (tenant_id, global_position)
                    WHERE event_type = 'OrderOpened';
                CREATE INDEX by_expression ON events ((tenant_id::text), global_position);
                CREATE INDEX with_more ON events (tenant_id, global_position, version)
                    WHERE tenant_id IS NOT NULL;
                """);
        StoreSchema schema = read(database, EventStoreMapping.eventsourcePy());
        assertThat(schema.feedIndex().orElseThrow().name()).isEqualTo("with_more");
        assertThat(schema.indexes())
                .filteredOn(index -> index.name().equals("by_expression"))
                .allSatisfy(index -> assertThat(index.columns().get(0)).contains("text"));
    }

    @Test
    void tableThatIsNotThereDoesNotExist() throws SQLException {
        StoreSchema schema = read(STORES.newDatabase(), StoreVariant.JOURNAL.mapping());
        assertThat(schema.exists()).isFalse();
        assertThat(schema.missing()).hasSize(8);
    }

    @Test
    void tablesAreCreatedOnceAndOnlyWhereTheyAreMissing() throws SQLException {
        PostgresDatabase database = STORES.newDatabase();
        PostgresEventStoreSpec target =
                new PostgresEventStoreSpec(
                        "dedicated",
                        database.url(),
                        database.user(),
                        new Secret(database.password()),
                        EventStoreMapping.eventsourcePy(),
                        true);
        StoreDdl.createIfMissing(target, "test");
        StoreSchema created = read(database, target.eventStore());
        assertThat(created).isEqualTo(read(StoreVariant.CURRENT));

        execute(database, "ALTER TABLE events ADD COLUMN region text");
        StoreDdl.createIfMissing(target, "test");
        assertThat(read(database, target.eventStore()).column("region")).isPresent();
    }

    @Test
    void tablesAreNotCreatedUnlessTheSpecSaysSo() throws SQLException {
        PostgresDatabase database = STORES.newDatabase();
        StoreDdl.createIfMissing(
                TenantStores.spec(database, "dedicated", StoreVariant.CURRENT), "test");
        assertThat(read(database, EventStoreMapping.eventsourcePy()).exists()).isFalse();
    }

    @Test
    void tablesAreCreatedInTheSchemaOfTheUrl() throws SQLException {
        PostgresDatabase database = STORES.newDatabase();
        execute(database, "CREATE SCHEMA own");
        PostgresEventStoreSpec target =
                new PostgresEventStoreSpec(
                        "dedicated",
                        database.url() + "?currentSchema=own",
                        database.user(),
                        new Secret(database.password()),
                        EventStoreMapping.eventsourcePy(),
                        true);
        StoreDdl.createIfMissing(target, "test");
        try (Connection connection = target.open("test")) {
            assertThat(StoreSchema.read(connection, target.eventStore()).sequence())
                    .isEqualTo("own.events_global_position_seq");
        }
        assertThat(read(database, EventStoreMapping.eventsourcePy()).exists()).isFalse();
    }

    @Test
    void controlTablesOfEventsourcePyCanBeCreatedBeside() throws SQLException {
        PostgresDatabase database = STORES.newStore(StoreVariant.CURRENT);
        TenantStores.createControlTables(database);
        execute(database, "SELECT tenant_id, store_id, migration_state FROM tenant_routing");
    }
}
