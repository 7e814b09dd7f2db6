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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A tenant's migration through the command line, as jobs-config/tenant-acme.yaml has it. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
final class TenantCommandITCase {

    private static final long SEED = 20261122;
    private static final int EVENTS = 3_000;
    private static final String ACME = TenantCommandRun.ACME;

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @TempDir private Path folder;
    private final TenantHistory history = TenantHistory.of(SEED, EVENTS);
    private PostgresDatabase source;
    private PostgresDatabase target;
    private TenantCommandRun run;

    @BeforeEach
    void createTheSharedStoreAndAnEmptyDatabase() throws SQLException {
        System.out.println("seed " + SEED);
        source = STORES.newStore(StoreVariant.CURRENT, history);
        TenantDatabases.change(
                source,
                "UPDATE events SET tenant_id = '%s' WHERE tenant_id = '%s'"
                        .formatted(ACME, history.tenant(0)));
        target = STORES.newDatabase();
        run = new TenantCommandRun(folder, source, target);
    }

    private static List<String> rows(PostgresDatabase store) {
        return TenantRows.withPositions(store, StoreVariant.CURRENT.mapping(), ACME);
    }

    private void awaitAllApplied() {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(rows(target)).hasSameSizeAs(rows(source)));
    }

    @Test
    void planAndDryRunWriteNothingAndSayWhatTheRunWouldDo() throws Exception {
        List<String> sourceBefore = TenantDatabases.traces(source);
        List<String> targetBefore = TenantDatabases.traces(target);
        int events = rows(source).size();

        assertThat(run.plan()).as(run.output()).isEqualTo(ExitCode.DONE);
        assertThat(run.output())
                .contains("kind tenant")
                .contains("positions: keep, offset 0")
                .contains("It can start");
        assertThat(run.plan("--json")).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains("\"kind\":\"tenant\"").contains("\"ready\":true");
        assertThat(run.migrate("--dry-run")).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains(events + " events read; " + events + " would be written");

        assertThat(TenantDatabases.traces(source)).isEqualTo(sourceBefore);
        assertThat(TenantDatabases.traces(target)).isEqualTo(targetBefore);
    }

    @Test
    void aTenantIsCopiedWhileItIsWrittenToAndPausedAndResumed() throws Exception {
        try (TenantWriter writer = new TenantWriter(source, ACME)) {
            try (RunningMigration running = run.start()) {
                running.awaitPhase("DUAL_WRITE");
                assertThat(run.named("status")).isEqualTo(ExitCode.DONE);
                assertThat(run.output()).contains("positions: applied through");
                assertThat(TenantDatabases.routes(source)).containsExactly(ACME + " shared open");
                assertThat(TenantDatabases.routes(target)).containsExactly(ACME + " shared moved");
                assertThat(run.verify("full")).as(run.output()).isEqualTo(ExitCode.DONE);
                assertThat(run.named("pause")).isEqualTo(ExitCode.DONE);
                assertThat(running.exitCode()).isEqualTo(ExitCode.DONE);
            }
            long before = writer.acknowledged();
            await().until(() -> writer.acknowledged() > before + 100);
            try (RunningMigration running = run.resume()) {
                int then = rows(source).size();
                await().atMost(Duration.ofSeconds(60)).until(() -> rows(target).size() > then);
                writer.close();
                awaitAllApplied();
                assertThat(run.verify("hash")).as(run.output()).isEqualTo(ExitCode.DONE);
                assertThat(run.named("abort", "--reason", "enough")).isEqualTo(ExitCode.DONE);
                assertThat(running.exitCode()).isEqualTo(ExitCode.FAILED);
            }
        }
        assertThat(rows(target)).hasSizeGreaterThan(EVENTS / 2).isEqualTo(rows(source));
        assertThat(run.status().get("phase").asText()).isEqualTo("ABORTED");
        assertThat(run.named("audit")).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains("PAUSED").contains("VERIFIED").contains("enough");
        assertThat(TenantDatabases.routes(source)).isEmpty();
        assertThat(TenantDatabases.routes(target)).isEmpty();
        assertThat(TenantDatabases.fenced(source)).isFalse();
        assertThat(TenantDatabases.fenced(target)).isFalse();
    }

    @Test
    @DisplayName("11: without a checkpoint it goes on from what the ledger says is applied")
    void withoutACheckpointItGoesOnFromWhatIsApplied() throws Exception {
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            awaitAllApplied();
            assertThat(run.named("pause")).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
        TenantDatabases.change(
                source, "UPDATE godwit.migrations SET savepoint = NULL, checkpoints = NULL");
        TenantDatabases.change(
                source,
                "INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,"
                        + " version, timestamp, payload) SELECT gen_random_uuid(), gen_random_uuid(),"
                        + " 'Late', 'Written', '"
                        + ACME
                        + "', 1, now(), '{}' FROM generate_series(1, 50)");
        assertThat(run.named("status")).isEqualTo(ExitCode.DONE);
        try (RunningMigration running = run.resume()) {
            awaitAllApplied();
            assertThat(running.printed())
                    .anySatisfy(
                            line ->
                                    assertThat(line)
                                            .startsWith("Starting from what is applied: position")
                                            .doesNotEndWith("position 1"));
        }
        assertThat(rows(target)).isEqualTo(rows(source));
    }

    @Test
    @DisplayName("1: a second migration of an active tenant is refused with the first one's name")
    void aSecondMigrationOfAnActiveTenantIsRefused() throws Exception {
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            assertThat(run.migrate()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.output()).contains("is running already");

            TenantCommandRun second =
                    new TenantCommandRun(folder, source, STORES.newDatabase()).called("second");
            second.change("dedicated-acme", "elsewhere");
            assertThat(second.migrate()).isEqualTo(ExitCode.REFUSED);
            assertThat(second.output()).contains("is in the active migration tenant-acme");

            second.change(ACME, history.tenant(1));
            assertThat(second.plan()).as(second.output()).isEqualTo(ExitCode.DONE);
        }
    }

    @Test
    @DisplayName("2: an aborted migration can be started anew; what it had copied is compared")
    void anAbortedMigrationCanBeStartedAnew() throws Exception {
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            awaitAllApplied();
        }
        assertThat(run.status().get("phase").asText()).isEqualTo("ABORTED");
        assertThat(run.named("abort", "--reason", "again")).isEqualTo(ExitCode.REFUSED);

        TenantDatabases.change(
                target,
                "DELETE FROM events WHERE global_position < (SELECT percentile_disc(0.5) WITHIN"
                        + " GROUP (ORDER BY global_position) FROM events)");
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            awaitAllApplied();
        }
        assertThat(rows(target)).isEqualTo(rows(source));
    }

    @Test
    void otherTenantsThanThoseThatItBeganWithAreRefused() throws Exception {
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            run.named("pause");
            running.exitCode();
        }
        run.change("tenants: [" + ACME, "tenants: [" + ACME + ", " + history.tenant(1));
        assertThat(run.migrate()).isEqualTo(ExitCode.REFUSED);
        assertThat(run.output()).contains("with other tenants or stores");
    }

    @Test
    void anAbortAfterTheSwitchIsRefused() throws Exception {
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            TenantDatabases.change(
                    source,
                    "UPDATE godwit.tenant_route SET state = 'moved', store_id = 'dedicated-acme',"
                            + " epoch = epoch + 1");
            assertThat(run.named("abort", "--reason", "too late")).isEqualTo(ExitCode.REFUSED);
            assertThat(run.output()).contains("godwit rollback");
            assertThat(run.status().get("phase").asText()).isEqualTo("DUAL_WRITE");
            assertThat(run.plan()).isEqualTo(ExitCode.REFUSED);
            assertThat(run.output()).contains("has moved already");
            TenantDatabases.change(
                    source, "UPDATE godwit.tenant_route SET state = 'open', store_id = 'shared'");
        }
    }

    @Test
    @DisplayName("10: a tenant without events has a migration too")
    void aTenantWithoutEventsHasAMigrationToo() throws Exception {
        run.change(ACME, history.tenant(0));
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            assertThat(run.verify("full")).as(run.output()).isEqualTo(ExitCode.DONE);
            assertThat(run.output()).contains("0 events compared");
        }
    }

    @Test
    void aTargetWithEventsOfOthersGetsABlockOfItsOwnThatSurvivesRestarts() throws Exception {
        target =
                STORES.newStore(StoreVariant.CURRENT, new TenantHistory(SEED + 1, 500, List.of(1)));
        run = new TenantCommandRun(folder, source, target);
        assertThat(run.plan()).as(run.output()).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains("positions: keep, with an offset");
        String offset = "SELECT position_offset::text FROM godwit.placement";
        List<String> first;
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            awaitAllApplied();
            first = TenantDatabases.strings(target, offset);
            run.named("pause");
            running.exitCode();
        }
        TenantDatabases.change(
                target,
                "INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, version,"
                        + " timestamp, payload) VALUES (gen_random_uuid(), gen_random_uuid(), 'X',"
                        + " 'Other', 1, now(), '{}')");
        try (RunningMigration running = run.resume();
                TenantWriter writer = new TenantWriter(source, ACME)) {
            await().until(() -> writer.acknowledged() > 100);
            writer.close();
            awaitAllApplied();
            assertThat(run.verify("full")).as(run.output()).isEqualTo(ExitCode.DONE);
        }
        assertThat(TenantDatabases.strings(target, offset))
                .isEqualTo(first)
                .isNotEqualTo(List.of("0"));
        assertThat(TenantRows.of(target, StoreVariant.CURRENT.mapping(), ACME))
                .isEqualTo(TenantRows.of(source, StoreVariant.CURRENT.mapping(), ACME));
    }

    @Test
    void aTargetWithReadersIsAppendedTo() throws Exception {
        target =
                STORES.newStore(StoreVariant.CURRENT, new TenantHistory(SEED + 1, 500, List.of(1)));
        TenantDatabases.change(
                target, "INSERT INTO projection_checkpoints (projection_name) VALUES ('reports')");
        run = new TenantCommandRun(folder, source, target);
        assertThat(run.plan()).as(run.output()).isEqualTo(ExitCode.DONE);
        assertThat(run.output()).contains("positions: append; the target has events of others");
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            awaitAllApplied();
            assertThat(run.verify("full")).as(run.output()).isEqualTo(ExitCode.DONE);
        }
        assertThat(TenantRows.of(target, StoreVariant.CURRENT.mapping(), ACME))
                .isEqualTo(TenantRows.of(source, StoreVariant.CURRENT.mapping(), ACME));
    }
}
