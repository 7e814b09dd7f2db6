package io.godwit.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.ControlTables;
import io.godwit.connector.postgres.eventstore.LogicalFeeds;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.Tail;
import io.godwit.testkit.Ledgers;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantFlowSpec;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
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
        MigrationSpec spec = spec(source, target, variant, tenant, "poll");
        migrateWhileItIsWrittenTo(spec, source, target, variant, Positions.KEEP);
        assertThat(TenantRows.withPositions(target, variant.mapping(), tenant))
                .hasSizeGreaterThan(EVENTS / 2)
                .isEqualTo(TenantRows.withPositions(source, variant.mapping(), tenant));
        assertThat(rows(target, variant, history.tenant(1))).as("another tenant").isZero();
    }

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void behindTheEventsOfATargetThatIsInUseTheyLieInTheirOrder(StoreVariant variant)
            throws Exception {
        System.out.println("seed " + SEED);
        TenantHistory history = TenantHistory.of(SEED, EVENTS);
        TenantHistory others = TenantHistory.of(SEED + 1, 3000);
        PostgresDatabase source = STORES.newStore(variant, history);
        PostgresDatabase target = STORES.newStore(variant, others);
        List<String> before = TenantRows.withPositions(target, variant.mapping(), others.tenant(0));
        String tenant = history.tenant(0);
        MigrationSpec spec = spec(source, target, variant, tenant, "poll");
        migrateWhileItIsWrittenTo(spec, source, target, variant, Positions.APPEND);
        assertThat(TenantRows.of(target, variant.mapping(), tenant))
                .hasSizeGreaterThan(EVENTS / 2)
                .isEqualTo(TenantRows.of(source, variant.mapping(), tenant));
        assertThat(TenantRows.withPositions(target, variant.mapping(), others.tenant(0)))
                .as("events of others")
                .isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void aLogicalTailFollowsWhileATransactionHoldsTheFence(StoreVariant variant) throws Exception {
        System.out.println("seed " + SEED);
        TenantHistory history = TenantHistory.of(SEED, EVENTS);
        PostgresDatabase source = STORES.newStore(variant, history);
        PostgresDatabase target = STORES.newStore(variant);
        String tenant = history.tenant(0);
        MigrationSpec spec = spec(source, target, variant, tenant, "logical");
        PostgresEventStoreSpec store = (PostgresEventStoreSpec) spec.source();
        LogicalFeeds.ensure(store, "tenant", Duration.ofSeconds(30));
        try {
            migrateWhileItIsWrittenTo(spec, source, target, variant, Positions.KEEP);
        } finally {
            LogicalFeeds.drop(store, "tenant");
        }
        assertThat(TenantRows.withPositions(target, variant.mapping(), tenant))
                .hasSizeGreaterThan(EVENTS / 2)
                .isEqualTo(TenantRows.withPositions(source, variant.mapping(), tenant));
    }

    @Test
    void theWayBackBringsWhatWasWrittenAfterTheSwitchAndNothingElse() throws Exception {
        StoreVariant variant = StoreVariant.CURRENT;
        TenantHistory history = TenantHistory.of(SEED, EVENTS);
        PostgresDatabase source = STORES.newStore(variant, history);
        PostgresDatabase target = STORES.newStore(variant);
        String tenant = history.tenant(0);
        MigrationSpec spec = spec(source, target, variant, tenant, "poll");
        migrateWhileItIsWrittenTo(spec, source, target, variant, Positions.KEEP);
        List<String> atSwitch = TenantRows.withPositions(source, variant.mapping(), tenant);
        long last =
                TenantRows.positions(target, variant.mapping(), tenant).get(atSwitch.size() - 1);
        ControlTables.create((PostgresEventStoreSpec) spec.source());
        target.run("SELECT setval('events_global_position_seq', 1000000)");
        LedgerDatabase database = Ledgers.in(target);
        try (Ledger ledger = new Ledger(database)) {
            Run run = new Run(database, ledger.create("back", "tenant", "spec", true).id(), "back");
            TenantPlan way = plan(spec, variant, Positions.APPEND, target, true, last - 100);
            JobClient job = start(spec, run, way);
            try (LiveWriter writer = new LiveWriter(target, variant, tenant, "back-")) {
                await(() -> rows(source, variant, tenant) > atSwitch.size() + 200);
                writer.stop();
                await(() -> rows(source, variant, tenant) == rows(target, variant, tenant));
            } finally {
                job.cancel().get();
            }
        }
        assertThat(TenantRows.of(source, variant.mapping(), tenant))
                .isEqualTo(TenantRows.of(target, variant.mapping(), tenant));
        assertThat(TenantRows.withPositions(source, variant.mapping(), tenant))
                .startsWith(atSwitch.toArray(String[]::new));
    }

    /** Until the target has everything that was written, too. */
    private void migrateWhileItIsWrittenTo(
            MigrationSpec spec,
            PostgresDatabase source,
            PostgresDatabase target,
            StoreVariant variant,
            Positions positions)
            throws Exception {
        String tenant = spec.tenant().tenants().get(0);
        ControlTables.create((PostgresEventStoreSpec) spec.target());
        LedgerDatabase database = Ledgers.in(source);
        try (Ledger ledger = new Ledger(database)) {
            long id = ledger.create("tenant", "tenant", "spec", true).id();
            TenantPlan plan = plan(spec, variant, positions, source, false, 1);
            JobClient job = start(spec, new Run(database, id, "tenant"), plan);
            try (LiveWriter writer = new LiveWriter(source, variant, tenant, "")) {
                await(() -> ledger.find("tenant").orElseThrow().phase() == Phase.DUAL_WRITE);
                if (spec.tenant().tail() == Tail.LOGICAL) {
                    followsBehindAnOpenTransaction(source, target, variant, tenant);
                }
                long later = rows(source, variant, tenant) + 200;
                await(() -> rows(target, variant, tenant) > later);
                writer.stop();
                await(() -> rows(target, variant, tenant) == rows(source, variant, tenant));
                long last = last(source, variant, tenant);
                AppliedThrough through = new AppliedThrough("tenant", "shared");
                try (Connection connection = target.connect()) {
                    await(() -> through.read(connection).orElse(0) >= last);
                }
            } finally {
                job.cancel().get();
            }
        }
    }

    private static void followsBehindAnOpenTransaction(
            PostgresDatabase source, PostgresDatabase target, StoreVariant variant, String tenant)
            throws SQLException {
        AppliedThrough through = new AppliedThrough("tenant", "shared");
        try (Connection open = source.connect();
                Connection connection = target.connect();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute(
                    "SELECT nextval('%s_%s_seq')"
                            .formatted(variant.mapping().table(), variant.mapping().position()));
            long held;
            try (var row = statement.executeQuery("SELECT lastval()")) {
                row.next();
                held = row.getLong(1);
            }
            long later = rows(source, variant, tenant) + 300;
            await(() -> rows(target, variant, tenant) > later);
            assertThat(through.read(connection).orElse(0)).isLessThanOrEqualTo(held);
            open.rollback();
        }
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition);
    }

    private static long last(PostgresDatabase store, StoreVariant variant, String tenant) {
        List<Long> positions = TenantRows.positions(store, variant.mapping(), tenant);
        return positions.get(positions.size() - 1);
    }

    private static TenantPlan plan(
            MigrationSpec spec,
            StoreVariant variant,
            Positions positions,
            PostgresDatabase from,
            boolean back,
            long start)
            throws SQLException {
        PostgresEventStoreSpec source = (PostgresEventStoreSpec) spec.source();
        PostgresEventStoreSpec target = (PostgresEventStoreSpec) spec.target();
        try (Connection connection = from.connect()) {
            List<String> columns = StoreSchema.read(connection, variant.mapping()).copiedColumns();
            return new TenantPlan(
                    "godwit: tenant" + (back ? " (back)" : ""),
                    back ? target : source,
                    back ? source : target,
                    positions,
                    spec.tenant().tail(),
                    columns,
                    start,
                    0,
                    EVENTS,
                    EVENTS / 2);
        }
    }

    private JobClient start(MigrationSpec spec, Run run, TenantPlan plan) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, folder.toUri().toString());
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(2, configuration);
        TenantJob.build(env, spec, run, plan);
        assertThat(env.getStreamGraph(false).getJobName()).isEqualTo(plan.title());
        return env.executeAsync();
    }

    private static MigrationSpec spec(
            PostgresDatabase source,
            PostgresDatabase target,
            StoreVariant variant,
            String tenant,
            String tail) {
        String settings = "batch_size: 500\ncheckpoint_interval: 200ms\ntail: " + tail + "\n";
        return TenantFlowSpec.of(source, target, variant, tenant, settings);
    }

    private static long rows(PostgresDatabase database, StoreVariant variant, String tenant) {
        return TenantRows.positions(database, variant.mapping(), tenant).size();
    }
}
