package io.godwit.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.Connectors;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.SpecLoader;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A tenant's rows on their way through Flink, between two real stores, under live writers. */
final class TenantJobITCase {

    private static final long SEED = 20261121;
    private static final int EVENTS = 12_000;

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void theTenantsRowsArriveAsTheyAreAndWhatIsWrittenMeanwhileFollows(StoreVariant variant)
            throws Exception {
        System.out.println("seed " + SEED);
        TenantHistory history = TenantHistory.of(SEED, EVENTS);
        PostgresDatabase source = STORES.newStore(variant, history);
        PostgresDatabase target = STORES.newStore(variant);
        String tenant = history.tenant(0);
        MigrationSpec spec = spec(source, target, variant, tenant);
        LedgerDatabase database =
                new LedgerDatabase(source.url(), source.user(), source.password());
        database.migrate();
        try (Ledger ledger = new Ledger(database)) {
            long id = ledger.create("tenant", "tenant", "spec", true).id();
            JobClient job = start(spec, new Run(database, id, "tenant"), source, variant);
            AtomicBoolean writing = new AtomicBoolean(true);
            Thread writer = new Thread(() -> write(source, variant, tenant, writing));
            writer.start();
            try {
                awaitPhase(ledger, Phase.DUAL_WRITE);
                long later = rows(source, variant, tenant) + 200;
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> rows(target, variant, tenant) > later);
                writing.set(false);
                writer.join();
                Awaitility.await()
                        .atMost(Duration.ofSeconds(60))
                        .until(
                                () ->
                                        rows(target, variant, tenant)
                                                == rows(source, variant, tenant));
            } finally {
                writing.set(false);
                job.cancel().get();
            }
        }
        assertThat(TenantRows.withPositions(target, variant.mapping(), tenant))
                .hasSizeGreaterThan(EVENTS / 2)
                .isEqualTo(TenantRows.withPositions(source, variant.mapping(), tenant));
        assertThat(rows(target, variant, history.tenant(1))).as("another tenant").isZero();
    }

    private JobClient start(
            MigrationSpec spec, Run run, PostgresDatabase source, StoreVariant variant)
            throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString());
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
        try (Connection connection = source.connect()) {
            List<String> columns = StoreSchema.read(connection, variant.mapping()).copiedColumns();
            TenantJob.build(env, spec, run, new TenantPlan(columns, 1, 0, EVENTS, EVENTS / 2));
        }
        return env.executeAsync("tenant");
    }

    private MigrationSpec spec(
            PostgresDatabase source, PostgresDatabase target, StoreVariant variant, String tenant)
            throws Exception {
        var mapping = variant.mapping();
        String store =
                "{ table: %s, position: %s, event_id: %s, tenant_id: %s, stream: [%s], version: %s, event_type: %s, timestamp: %s, payload: %s }"
                        .formatted(
                                mapping.table(),
                                mapping.position(),
                                mapping.eventId(),
                                mapping.tenantId(),
                                String.join(", ", mapping.stream()),
                                mapping.version(),
                                mapping.eventType(),
                                mapping.timestamp(),
                                mapping.payload());
        String yaml =
                """
                name: tenant
                kind: tenant
                tenants: [%s]
                source: { type: postgres-event-store, store_id: shared, url: "%s", user: %s, password: "${file:%s}", event_store: %s }
                target: { type: postgres-event-store, store_id: own, url: "%s", user: %s, password: "${file:%s}", event_store: %s }
                batch_size: 500
                parallelism: 2
                checkpoint_interval: 200ms
                """
                        .formatted(
                                tenant,
                                source.url(),
                                source.user(),
                                Files.writeString(folder.resolve("source"), source.password()),
                                store,
                                target.url(),
                                target.user(),
                                Files.writeString(folder.resolve("target"), target.password()),
                                store);
        return new SpecLoader(Connectors.TYPES, System::getenv).load("tenant.yaml", yaml);
    }

    private static void awaitPhase(Ledger ledger, Phase phase) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> ledger.find("tenant").orElseThrow().phase() == phase);
    }

    private static long rows(PostgresDatabase database, StoreVariant variant, String tenant) {
        return TenantRows.positions(database, variant.mapping(), tenant).size();
    }

    /** Transactions of three events, some of them rolled back; every third for another tenant. */
    private static void write(
            PostgresDatabase database, StoreVariant variant, String tenant, AtomicBoolean goOn) {
        try (Connection connection = database.connect();
                PreparedStatement insert = connection.prepareStatement(insertLike(variant))) {
            connection.setAutoCommit(false);
            for (int i = 0; goOn.get(); i++) {
                for (int n = 0; n < 3; n++) {
                    insert.setString(1, i + "-" + n);
                    insert.setString(2, tenant);
                    insert.executeUpdate();
                }
                if (i % 7 == 3) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The writer failed", e);
        }
    }

    private static String insertLike(StoreVariant variant) {
        return variant == StoreVariant.JOURNAL
                ? """
                INSERT INTO journal.entries (account, "Stream", revision, id, kind, at, envelope)
                SELECT account, 'Live-' || k, 1, md5(k), kind, clock_timestamp(), envelope
                FROM journal.entries, (SELECT CAST(? AS text) AS k) AS live
                WHERE account = ? ORDER BY seq LIMIT 1
                """
                : """
                INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                    version, timestamp, payload)
                SELECT md5(k)::uuid, md5('s' || k)::uuid, 'Live', 'Written', tenant_id, 1,
                       timestamp, payload
                FROM events, (SELECT CAST(? AS text) AS k) AS live
                WHERE tenant_id = CAST(? AS uuid) ORDER BY global_position LIMIT 1
                """;
    }
}
