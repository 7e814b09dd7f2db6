package io.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.godwit.connector.postgres.eventstore.companion.CutoverLock;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Cutovers that are refused, rolled back or interrupted, through the command line. */
final class TenantCutoverCasesITCase {

    private static final long SEED = 20261126;
    private static final String ACME = TenantCommandRun.ACME;

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @TempDir private Path folder;
    private TenantHistory history;
    private PostgresDatabase source;
    private PostgresDatabase target;
    private TenantCommandRun run;

    @BeforeEach
    void createTheSharedStoreAndAnEmptyDatabase() throws SQLException {
        System.out.println("seed " + SEED);
        history = TenantHistory.of(SEED, 1_500);
        source = STORES.newStore(StoreVariant.CURRENT, history);
        TenantStores.createControlTables(source);
        TenantDatabases.change(
                source,
                "UPDATE events SET tenant_id = '%s' WHERE tenant_id = '%s'"
                        .formatted(ACME, history.tenant(0)));
        target = STORES.newStore(StoreVariant.CURRENT);
        run = new TenantCommandRun(folder, source, target);
    }

    private static List<String> rows(PostgresDatabase store, String tenant) {
        return TenantRows.of(store, StoreVariant.CURRENT.mapping(), tenant);
    }

    private int cutover(int timeoutSeconds) {
        return run.named(
                "cutover",
                "--timeout-seconds",
                String.valueOf(timeoutSeconds),
                "--job-jar",
                jobJar());
    }

    private static String jobJar() {
        return System.getProperty("godwit.target") + "/godwit-job.jar";
    }

    private void awaitDualWrite(RunningMigration running) {
        running.awaitPhase("DUAL_WRITE");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(rows(target, ACME)).isEqualTo(rows(source, ACME)));
    }

    private void assertNothingChanged() throws Exception {
        assertThat(run.status().get("phase").asText()).isEqualTo("DUAL_WRITE");
        assertThat(TenantDatabases.routes(source)).containsExactly(ACME + " shared open");
        assertThat(pythonRoute()).containsExactly("shared dual_write");
    }

    private List<String> pythonRoute() throws SQLException {
        return TenantDatabases.strings(
                source, "SELECT store_id || ' ' || migration_state FROM tenant_routing");
    }

    /** What a writer's open transaction holds, whether or not it has drawn a position. */
    private Connection openAppend(String tenant) throws SQLException {
        Connection writer = source.connect();
        writer.setAutoCommit(false);
        try (PreparedStatement lock =
                writer.prepareStatement(
                        "SELECT pg_advisory_xact_lock_shared(hashtextextended('godwit:' || ?, 0))")) {
            lock.setString(1, tenant);
            lock.execute();
        }
        return writer;
    }

    @Test
    @DisplayName("10: a tenant is cut over from a store in which nobody writes")
    void aTenantIsCutOverFromAStoreInWhichNobodyWrites() throws Exception {
        try (RunningMigration running = run.start()) {
            awaitDualWrite(running);

            assertThat(cutover(20)).as(run.output()).isEqualTo(ExitCode.DONE);

            assertThat(run.named("pause")).as(run.output()).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
    }

    @Test
    @DisplayName("38: one event that is missing in the target refuses the cutover and is named")
    void anEventThatIsMissingInTheTargetRefusesTheCutover() throws Exception {
        try (RunningMigration running = run.start();
                TenantWriter others = new TenantWriter(source, history.tenant(2))) {
            awaitDualWrite(running);
            String id = "SELECT event_id FROM events ORDER BY global_position OFFSET 500 LIMIT 1";
            String missing = TenantDatabases.strings(target, id).get(0);
            TenantDatabases.change(target, "DELETE FROM events WHERE event_id = '" + missing + "'");

            assertThat(cutover(60)).as(run.output()).isEqualTo(ExitCode.FAILED);

            assertThat(run.output()).contains("nothing is switched").contains(missing);
            assertNothingChanged();
        }
    }

    @Test
    @DisplayName("39: one cutover of a tenant at a time, eventsource-py's or ours")
    void aCutoverThatRunsElsewhereKeepsThisOneOut() throws Exception {
        try (RunningMigration running = run.start();
                TenantWriter others = new TenantWriter(source, history.tenant(2));
                Connection elsewhere = source.connect()) {
            awaitDualWrite(running);
            try (CutoverLock lock =
                    CutoverLock.acquire(elsewhere, ACME, Duration.ZERO).orElseThrow()) {
                assertThat(cutover(1)).as(run.output()).isEqualTo(ExitCode.REFUSED);
                assertThat(run.output()).contains("Another cutover of tenant " + ACME);
            }
            assertNothingChanged();
        }
    }

    @Test
    @DisplayName("40, 41: a cutover that is not let in is rolled back, and may be tried again")
    void aCutoverThatWritersKeepOutIsRolledBackAndTriedAgain() throws Exception {
        try (RunningMigration running = run.start();
                TenantWriter others = new TenantWriter(source, history.tenant(2))) {
            awaitDualWrite(running);
            try (Connection writer = openAppend(ACME)) {
                assertThat(cutover(60)).as(run.output()).isEqualTo(ExitCode.REFUSED);
                assertThat(run.output()).contains("Appends stayed open for longer");
                writer.rollback();
            }
            assertNothingChanged();
            assertThat(run.named("audit")).isEqualTo(ExitCode.DONE);
            assertThat(run.output()).contains("CUTOVER_INITIATED").contains("CUTOVER_ROLLED_BACK");

            assertThat(cutover(60)).as(run.output()).isEqualTo(ExitCode.DONE);

            assertThat(pythonRoute()).containsExactly("dedicated-acme migrated");
            assertThat(run.named("pause")).as(run.output()).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
    }

    /** The second tenant's appends stay open, so that only the first one is switched. */
    private void cutOverTheFirstTenantOnly(String second) throws Exception {
        try (Connection writer = openAppend(second)) {
            assertThat(cutover(60)).as(run.output()).isEqualTo(ExitCode.REFUSED);
            writer.rollback();
        }
        assertThat(run.status().get("phase").asText()).isEqualTo("CUTOVER");
        assertThat(TenantDatabases.routes(source))
                .containsExactlyInAnyOrder(ACME + " dedicated-acme moved", second + " shared open");
    }

    @Test
    @DisplayName("8, 41: a cutover that ended after the first of two tenants goes on forward")
    void aCutoverOfWhichHalfIsDoneGoesOnForward() throws Exception {
        String second = history.tenant(1);
        run.change("tenants: [" + ACME, "tenants: [" + ACME + ", " + second);
        try (RunningMigration running = run.start();
                TenantWriter others = new TenantWriter(source, history.tenant(2))) {
            awaitDualWrite(running);
            cutOverTheFirstTenantOnly(second);
            assertThat(run.named("abort", "--reason", "half is enough"))
                    .isEqualTo(ExitCode.REFUSED);

            assertThat(cutover(60)).as(run.output()).isEqualTo(ExitCode.DONE);

            assertThat(TenantDatabases.routes(source))
                    .containsExactlyInAnyOrder(
                            ACME + " dedicated-acme moved", second + " dedicated-acme moved");
            assertThat(run.status().get("phase").asText()).isEqualTo("COMPLETED");
            assertThat(rows(target, second)).isNotEmpty().isEqualTo(rows(source, second));
            assertThat(run.named("pause")).as(run.output()).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
    }

    @Test
    @DisplayName("8: a cutover that ended after the first of two tenants can be rolled back")
    void aCutoverOfWhichHalfIsDoneCanBeRolledBack() throws Exception {
        String second = history.tenant(1);
        run.change("tenants: [" + ACME, "tenants: [" + ACME + ", " + second);
        try (RunningMigration running = run.start();
                TenantWriter others = new TenantWriter(source, history.tenant(2))) {
            awaitDualWrite(running);
            cutOverTheFirstTenantOnly(second);

            assertThat(run.named("rollback", "--job-jar", jobJar()))
                    .as(run.output())
                    .isEqualTo(ExitCode.DONE);

            assertThat(TenantDatabases.routes(source))
                    .containsExactlyInAnyOrder(ACME + " shared open", second + " shared open");
            assertThat(run.status().get("phase").asText()).isEqualTo("DUAL_WRITE");
            assertThat(run.named("abort", "--reason", "enough")).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
    }

    /** The opening of this store fails at its commit, after everything before it. */
    private static void refuseOpening(PostgresDatabase store) throws SQLException {
        store.run(
                """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'not opened'; END $$;
                CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON godwit.tenant_route
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'open')
                    EXECUTE FUNCTION refuse()
                """);
    }

    private static void allowOpening(PostgresDatabase store) throws SQLException {
        store.run("DROP FUNCTION refuse() CASCADE");
    }

    private int rollback() {
        return run.named("rollback", "--job-jar", jobJar());
    }

    @Test
    @DisplayName("8: whichever command is run after a switch that ended before its opening")
    void aSwitchThatEndedBeforeTheOpeningCanBeTurnedRound() throws Exception {
        try (RunningMigration running = run.start();
                TenantWriter others = new TenantWriter(source, history.tenant(2))) {
            awaitDualWrite(running);
            refuseOpening(target);
            assertThat(cutover(60)).as(run.output()).isNotEqualTo(ExitCode.DONE);
            assertThat(TenantDatabases.routes(source))
                    .containsExactly(ACME + " dedicated-acme moved");
            assertThat(TenantDatabases.routes(target)).containsExactly(ACME + " shared moved");
            allowOpening(target);

            assertThat(rollback()).as(run.output()).isEqualTo(ExitCode.DONE);

            assertThat(TenantDatabases.routes(source)).containsExactly(ACME + " shared open");
            assertThat(cutover(60)).as(run.output()).isEqualTo(ExitCode.DONE);
            refuseOpening(source);
            assertThat(rollback()).as(run.output()).isNotEqualTo(ExitCode.DONE);
            assertThat(TenantDatabases.routes(source))
                    .containsExactly(ACME + " dedicated-acme moved");
            assertThat(TenantDatabases.routes(target)).containsExactly(ACME + " shared moved");
            allowOpening(source);

            assertThat(cutover(60)).as(run.output()).isEqualTo(ExitCode.DONE);

            assertThat(TenantDatabases.routes(target))
                    .containsExactly(ACME + " dedicated-acme open");
            assertThat(run.status().get("phase").asText()).isEqualTo("COMPLETED");
            assertThat(pythonRoute()).containsExactly("dedicated-acme migrated");
            assertThat(run.named("pause")).as(run.output()).isEqualTo(ExitCode.DONE);
            running.exitCode();
        }
    }
}
