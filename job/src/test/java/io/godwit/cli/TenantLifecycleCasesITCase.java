package io.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The ends and interruptions of a tenant's migration, through the command line. */
final class TenantLifecycleCasesITCase {

    private static final long SEED = 20261125;
    private static final String ACME = TenantCommandRun.ACME;

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @TempDir private Path folder;
    private PostgresDatabase source;
    private PostgresDatabase target;
    private TenantCommandRun run;

    @BeforeEach
    void createTheSharedStoreAndAnEmptyDatabase() throws SQLException {
        System.out.println("seed " + SEED);
        TenantHistory history = TenantHistory.of(SEED, 3_000);
        source = STORES.newStore(StoreVariant.CURRENT, history);
        TenantStores.createControlTables(source);
        TenantDatabases.change(
                source,
                "UPDATE events SET tenant_id = '%s' WHERE tenant_id = '%s'"
                        .formatted(ACME, history.tenant(0)));
        target = STORES.newStore(StoreVariant.CURRENT);
        run = new TenantCommandRun(folder, source, target);
    }

    /** So that there is time to do something while it copies. */
    private void copySlowly() {
        run.change("parallelism: 2", "parallelism: 1\nmax_bulk_copy_rate: 400");
    }

    private static List<String> rows(PostgresDatabase store) {
        return TenantRows.withPositions(store, StoreVariant.CURRENT.mapping(), ACME);
    }

    private String phase() throws Exception {
        return run.status().get("phase").asText();
    }

    /** Of each migration: its phase, where the tenant is routed to, and why it went wrong. */
    private List<String> pythonMigrations() throws SQLException {
        return TenantDatabases.strings(
                source,
                "SELECT concat_ws(' ', phase, store_id, migration_state, last_error)"
                        + " FROM tenant_migrations JOIN tenant_routing USING (tenant_id)"
                        + " ORDER BY tenant_migrations.created_at");
    }

    private int resume() {
        return run.named("resume", "--local", "--state-dir", folder.resolve("state").toString());
    }

    private void assertTheSourceTakesAppends() throws SQLException {
        int before = rows(source).size();
        TenantDatabases.change(
                source,
                "INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,"
                        + " version, timestamp, payload) VALUES (gen_random_uuid(),"
                        + " gen_random_uuid(), 'Late', 'Written', '"
                        + ACME
                        + "', 1, now(), '{}')");
        assertThat(rows(source)).hasSize(before + 1);
    }

    @Test
    @DisplayName("4, 7, 11: a copy that was paused is a copy still, and goes on where it was")
    void aPausedCopyIsNotDoneAndGoesOnWhereItWas() throws Exception {
        copySlowly();
        try (RunningMigration running = run.start()) {
            running.awaitPhase("BULK_COPY");
            await().atMost(Duration.ofSeconds(60)).until(() -> !rows(target).isEmpty());
            assertThat(run.named("pause")).as(run.output()).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
        assertThat(phase()).isEqualTo("BULK_COPY");
        assertThat(rows(target)).hasSizeLessThan(rows(source).size());
        assertThat(run.named("pause")).as("a second time").isEqualTo(ExitCode.REFUSED);
        assertThat(run.output()).contains("there is nothing to pause");
        assertThat(run.named("cutover")).isEqualTo(ExitCode.REFUSED);
        assertThat(run.output()).contains("the copy is not done");
        try (RunningMigration running = run.resume()) {
            running.awaitPhase("DUAL_WRITE");
            assertThat(resume()).as("while it runs").isEqualTo(ExitCode.REFUSED);
            assertThat(rows(target)).isEqualTo(rows(source));
            assertThat(run.named("abort", "--reason", "done")).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
        assertThat(run.named("pause")).isEqualTo(ExitCode.REFUSED);
        assertThat(resume()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.named("cutover")).isEqualTo(ExitCode.REFUSED);
        assertThat(run.named("rollback")).isEqualTo(ExitCode.REFUSED);
        assertThat(run.named("abort", "--reason", "again")).isEqualTo(ExitCode.REFUSED);
        assertThat(phase()).isEqualTo("ABORTED");
    }

    @Test
    @DisplayName("5: an abort during the copy leaves the source alone and the target its rows")
    void anAbortDuringTheCopyLeavesTheSourceAloneAndTheTargetItsRows() throws Exception {
        copySlowly();
        try (RunningMigration running = run.start()) {
            running.awaitPhase("BULK_COPY");
            await().atMost(Duration.ofSeconds(60)).until(() -> !rows(target).isEmpty());
            assertThat(pythonMigrations()).containsExactly("bulk_copy shared bulk_copy");
            assertThat(run.named("abort", "--reason", "enough"))
                    .as(run.output())
                    .isEqualTo(ExitCode.DONE);
            assertThat(running.exitCode()).isEqualTo(ExitCode.FAILED);
        }
        assertThat(phase()).isEqualTo("ABORTED");
        assertThat(pythonMigrations()).containsExactly("aborted shared normal");
        assertThat(rows(target)).isNotEmpty().hasSizeLessThan(rows(source).size());
        assertThat(TenantDatabases.routes(source)).isEmpty();
        assertThat(TenantDatabases.routes(target)).isEmpty();
        assertThat(TenantDatabases.fenced(source)).isFalse();
        assertThat(TenantDatabases.fenced(target)).isFalse();
        assertTheSourceTakesAppends();
    }

    @Test
    @DisplayName("20: a row that differs fails the migration by its name")
    void aRowThatDiffersFailsTheMigrationByItsName() throws Exception {
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
        }
        TenantDatabases.change(
                target, "UPDATE events SET payload = '{}' WHERE global_position = 2000");
        try (RunningMigration running = run.start()) {
            assertThat(running.exitCode()).isEqualTo(ExitCode.FAILED);
        }
        assertThat(phase()).isEqualTo("FAILED");
        assertThat(run.status().get("reason").asText())
                .contains("position 2000")
                .contains("different: payload");
        assertThat(pythonMigrations())
                .satisfiesExactly(
                        first -> assertThat(first).isEqualTo("aborted shared normal"),
                        second ->
                                assertThat(second)
                                        .startsWith("failed shared normal")
                                        .contains("position 2000"));
        assertTheSourceTakesAppends();
    }

    @Test
    @DisplayName("8: a migration whose cutover died before the switch can be aborted")
    void aMigrationThatDiedInItsCutoverCanBeAborted() throws Exception {
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            TenantDatabases.change(source, "UPDATE godwit.migrations SET phase = 'CUTOVER'");
            assertThat(run.named("abort", "--reason", "it died"))
                    .as(run.output())
                    .isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
        assertThat(phase()).isEqualTo("ABORTED");
        assertThat(TenantDatabases.routes(source)).isEmpty();
        assertTheSourceTakesAppends();
    }

    @Test
    @DisplayName("54: a watched status shows the migration until it ends, and ends with it")
    void aWatchedStatusEndsWithItsMigration() throws Exception {
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            CompletableFuture<Integer> watch =
                    CompletableFuture.supplyAsync(
                            () ->
                                    InProcessCli.run(
                                            line -> {},
                                            "status",
                                            "tenant-acme",
                                            "--watch",
                                            "--spec",
                                            folder.resolve("tenant-acme.yaml").toString()));
            assertThat(run.named("abort", "--reason", "seen enough")).isEqualTo(ExitCode.DONE);
            assertThat(watch.get(60, TimeUnit.SECONDS)).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
    }

    @Test
    @DisplayName("56: a tail that has waited for its cutover for too long ends the migration")
    void aTailWithoutACutoverEndsAfterItsTimeOut() throws Exception {
        run.change("parallelism: 2", "parallelism: 2\ndual_write_timeout_minutes: 5");
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            TenantDatabases.change(
                    source, "UPDATE godwit.phase_changes SET at = at - interval '6 minutes'");
            assertThat(running.exitCode()).isEqualTo(ExitCode.FAILED);
        }
        assertThat(phase()).isEqualTo("FAILED");
        assertThat(run.status().get("reason").asText()).contains("dual_write_timeout_minutes");
        assertThat(pythonMigrations())
                .singleElement()
                .asString()
                .startsWith("failed shared normal")
                .contains("dual_write_timeout_minutes");
        assertTheSourceTakesAppends();
    }
}
