package io.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.TenantWriters;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Cutovers of more than one tenant, and into a store that has tenants and readers of its own. */
final class TenantTargetsITCase {

    private static final long SEED = 20261124;
    private static final String ACME = TenantCommandRun.ACME;

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @TempDir private Path folder;
    private TenantHistory history;
    private PostgresDatabase source;

    @BeforeEach
    void createTheSharedStore() throws SQLException {
        System.out.println("seed " + SEED);
        history = TenantHistory.of(SEED, 1_500);
        source = STORES.newStore(StoreVariant.CURRENT, history);
        TenantDatabases.change(
                source,
                "UPDATE events SET tenant_id = '%s' WHERE tenant_id = '%s'"
                        .formatted(ACME, history.tenant(0)));
    }

    private static List<String> rows(PostgresDatabase store, String tenant) {
        return TenantRows.of(store, StoreVariant.CURRENT.mapping(), tenant);
    }

    private static int command(TenantCommandRun run, String command) {
        return run.named(
                command, "--job-jar", System.getProperty("godwit.target") + "/godwit-job.jar");
    }

    private static void awaitAppends(TenantWriters writers) {
        long before = writers.appends();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> writers.appends() >= before + 100 || !writers.failures().isEmpty());
        assertThat(writers.failures()).isEmpty();
    }

    @Test
    void twoTenantsOfOneMigrationAreSwitchedOneAfterTheOther() throws Exception {
        String second = history.tenant(1);
        PostgresDatabase target = STORES.newDatabase();
        TenantCommandRun run = new TenantCommandRun(folder, source, target);
        run.change("tenants: [" + ACME + "]", "tenants: [" + ACME + ", " + second + "]");
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            try (TenantWriters writers =
                    new TenantWriters(
                            Map.of("shared", source, "dedicated-acme", target),
                            "shared",
                            Map.of(UUID.fromString(ACME), 1, UUID.fromString(second), 1),
                            Duration.ofMillis(4))) {
                awaitAppends(writers);
                assertThat(command(run, "cutover")).as(run.output()).isEqualTo(ExitCode.DONE);
                assertThat(run.status().get("switches")).hasSize(2);
                awaitAppends(writers);
                assertThat(command(run, "rollback")).as(run.output()).isEqualTo(ExitCode.DONE);
                assertThat(run.status().get("switches")).hasSize(4);
                awaitAppends(writers);
                writers.stop();
                for (String tenant : List.of(ACME, second)) {
                    await().atMost(Duration.ofSeconds(60))
                            .untilAsserted(
                                    () ->
                                            assertThat(rows(target, tenant))
                                                    .containsExactlyInAnyOrderElementsOf(
                                                            rows(source, tenant)));
                }
                assertThat(TenantDatabases.strings(source, "SELECT event_id FROM events"))
                        .containsAll(writers.acknowledged().stream().map(UUID::toString).toList());
            }
            assertThat(run.named("abort", "--reason", "enough")).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
    }

    @Test
    void aTargetWithReadersOfItsOwnIsAppendedTo() throws Exception {
        PostgresDatabase target =
                STORES.newStore(StoreVariant.CURRENT, TenantHistory.of(SEED + 1, 500));
        TenantDatabases.change(
                target,
                "INSERT INTO projection_checkpoints (projection_name, events_processed)"
                        + " VALUES ('somebody', 1)");
        List<String> others =
                TenantDatabases.strings(target, "SELECT event_id FROM events ORDER BY 1");
        TenantCommandRun run = new TenantCommandRun(folder, source, target);
        run.change("create_schema: true", "create_schema: false");
        assertThat(run.plan()).as(run.output()).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains("positions: append");
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            try (TenantWriters writers =
                    new TenantWriters(
                            Map.of("shared", source, "dedicated-acme", target),
                            "shared",
                            Map.of(UUID.fromString(ACME), 2),
                            Duration.ofMillis(4))) {
                awaitAppends(writers);
                assertThat(command(run, "cutover")).as(run.output()).isEqualTo(ExitCode.DONE);
                awaitAppends(writers);
                writers.stop();
                assertThat(TenantDatabases.strings(target, "SELECT event_id FROM events"))
                        .containsAll(others)
                        .containsAll(writers.acknowledged().stream().map(UUID::toString).toList())
                        .doesNotHaveDuplicates();
            }
            List<String> before = rows(source, ACME);
            assertThat(rows(target, ACME).subList(0, before.size() / 2))
                    .as("the order of the source")
                    .isEqualTo(before.subList(0, before.size() / 2));
            assertThat(run.named("pause")).as(run.output()).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
    }
}
