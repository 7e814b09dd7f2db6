package io.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.godwit.spec.Tail;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.TenantWriters;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cutover and rollback through the command line, while an application writes. */
final class TenantCutoverCommandITCase {

    private static final long SEED = 20261123;
    private static final String ACME = TenantCommandRun.ACME;
    private static final UUID OTHER = UUID.randomUUID();

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @TempDir private Path folder;
    private PostgresDatabase source;
    private PostgresDatabase target;
    private TenantCommandRun run;

    @BeforeEach
    void createTheSharedStoreAndAnEmptyDatabase() throws SQLException {
        System.out.println("seed " + SEED);
        TenantHistory history = TenantHistory.of(SEED, 2_000);
        source = STORES.newStore(StoreVariant.CURRENT, history);
        TenantStores.createControlTables(source);
        TenantDatabases.change(
                source,
                "UPDATE events SET tenant_id = '%s' WHERE tenant_id = '%s'"
                        .formatted(ACME, history.tenant(0)));
        target = STORES.newDatabase();
        run = new TenantCommandRun(folder, source, target);
    }

    /** Without positions: those are the stores' own once the tenant has moved. */
    private static List<String> rows(PostgresDatabase store) {
        return TenantRows.of(store, StoreVariant.CURRENT.mapping(), ACME);
    }

    private int command(String command) {
        return run.named(
                command, "--job-jar", System.getProperty("godwit.target") + "/godwit-job.jar");
    }

    private static void awaitAppends(TenantWriters writers, long more) {
        long before = writers.appends();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> writers.appends() >= before + more || !writers.failures().isEmpty());
        assertThat(writers.failures()).isEmpty();
    }

    private List<String> pythonRoute() throws SQLException {
        return TenantDatabases.strings(
                source,
                "SELECT store_id || ' ' || migration_state FROM tenant_routing WHERE tenant_id = '"
                        + ACME
                        + "'");
    }

    /** As a status has it; "" for a migration that needs none. */
    private String slot() throws IOException {
        return run.status().at("/replication_slot/state").asText();
    }

    @ParameterizedTest
    @EnumSource(Tail.class)
    void aTenantIsCutOverAndRolledBackAndCutOverAgain(Tail tail) throws Exception {
        run.change("tail: poll", "tail: " + tail.name().toLowerCase(Locale.ROOT));
        try (RunningMigration running = run.start()) {
            running.awaitPhase("DUAL_WRITE");
            try (TenantWriters writers =
                    new TenantWriters(
                            Map.of("shared", source, "dedicated-acme", target),
                            "shared",
                            Map.of(UUID.fromString(ACME), 2, OTHER, 1),
                            Duration.ofMillis(5))) {
                awaitAppends(writers, 100);
                assertThat(pythonRoute()).containsExactly("shared dual_write");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> slot().equals(tail == Tail.LOGICAL ? "ACTIVE" : ""));

                assertThat(command("cutover")).as(run.output()).isEqualTo(ExitCode.DONE);
                assertThat(run.output()).contains("pause").contains("is COMPLETED");
                assertThat(run.status().get("phase").asText()).isEqualTo("COMPLETED");
                assertThat(pythonRoute()).containsExactly("dedicated-acme migrated");
                assertThat(slot()).isEqualTo(tail == Tail.LOGICAL ? "NONE" : "");
                assertThat(writers.router().storeIdOf(UUID.fromString(ACME)))
                        .isEqualTo("dedicated-acme");
                assertThat(command("cutover")).as(run.output()).isEqualTo(ExitCode.DONE);
                assertThat(run.output()).contains("COMPLETED already");
                awaitAppends(writers, 100);
                aRowThatIsSpoiledInTheOldStoreIsFoundAndRepaired();

                assertThat(command("rollback")).as(run.output()).isEqualTo(ExitCode.DONE);
                assertThat(run.status().get("phase").asText()).isEqualTo("DUAL_WRITE");
                assertThat(writers.router().storeIdOf(UUID.fromString(ACME))).isEqualTo("shared");
                // Another migration, as eventsource-py counts, which may have begun already.
                assertThat(pythonRoute()).singleElement().asString().startsWith("shared ");
                awaitAppends(writers, 100);

                assertThat(command("cutover")).as(run.output()).isEqualTo(ExitCode.DONE);
                assertThat(pythonRoute()).containsExactly("dedicated-acme migrated");
                awaitAppends(writers, 100);
                writers.stop();
                assertThat(writers.failures()).isEmpty();
                assertThat(
                                TenantDatabases.strings(
                                        source, "SELECT slot_name FROM pg_replication_slots"))
                        .isEmpty();
                // The flow back brings the rest.
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(rows(source)).hasSameSizeAs(rows(target)));
                assertThat(eventIds()).containsAll(own(writers));
            }
            assertThat(rows(target)).containsExactlyInAnyOrderElementsOf(rows(source));
            assertThat(run.named("audit")).isEqualTo(ExitCode.DONE);
            assertThat(run.output())
                    .contains("CUTOVER_INITIATED")
                    .contains("TENANT_SWITCHED")
                    .contains("ROLLED_BACK")
                    .contains("CUTOVER_COMPLETED");
            assertThat(run.named("pause")).as(run.output()).isEqualTo(ExitCode.DONE);
            assertThat(running.exitCode()).isEqualTo(ExitCode.DONE);
        }
    }

    /** While the target has the tenant, the source is the one that follows. */
    private void aRowThatIsSpoiledInTheOldStoreIsFoundAndRepaired() throws SQLException {
        assertThat(run.verify("hash")).as(run.output()).isEqualTo(ExitCode.DONE);
        TenantDatabases.change(
                source,
                "UPDATE events SET payload = '{\"spoiled\": true}' WHERE global_position = (SELECT min(global_position) FROM events"
                        + " WHERE tenant_id = '"
                        + ACME
                        + "')");
        assertThat(run.verify("hash")).as(run.output()).isEqualTo(ExitCode.FAILED);
        assertThat(run.output()).contains("1 different").contains("MISMATCH");
        assertThat(run.verify("count", "--repair")).as(run.output()).isEqualTo(ExitCode.DONE);
    }

    private List<UUID> eventIds() throws SQLException {
        return TenantDatabases.strings(target, "SELECT event_id FROM events").stream()
                .map(UUID::fromString)
                .toList();
    }

    /** Those of the tenant that moved, and not of the other one. */
    private List<UUID> own(TenantWriters writers) throws SQLException {
        List<UUID> others =
                TenantDatabases.strings(
                                source,
                                "SELECT event_id FROM events WHERE tenant_id = '" + OTHER + "'")
                        .stream()
                        .map(UUID::fromString)
                        .toList();
        return writers.acknowledged().stream().filter(id -> !others.contains(id)).toList();
    }
}
