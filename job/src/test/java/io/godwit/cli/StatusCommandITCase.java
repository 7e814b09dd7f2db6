package io.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.connector.postgres.eventstore.LogicalFeeds;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.RunLock;
import io.godwit.model.TagProgress;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a status says, and what it does not pretend to know; the ledger is written by hand. */
final class StatusCommandITCase {

    private static final String NAME = "acme";

    private static PostgresServer postgres;

    @TempDir private Path folder;
    private PostgresDatabase database;
    private Ledger ledger;

    @BeforeAll
    static void startServer() {
        postgres = PostgresServer.start(Map.of("wal_level", "logical"));
    }

    @AfterAll
    static void stopServer() {
        postgres.close();
    }

    @BeforeEach
    void createLedger() throws SQLException {
        database = postgres.newDatabase();
        LedgerDatabase place =
                new LedgerDatabase(database.url(), database.user(), database.password());
        place.migrate();
        ledger = new Ledger(place);
    }

    @AfterEach
    void closeLedger() throws SQLException {
        ledger.close();
    }

    private List<String> status(String... options) {
        List<String> arguments = new ArrayList<>(List.of("status", NAME, "--ledger", url()));
        arguments.addAll(List.of(options));
        List<String> lines = new ArrayList<>();
        int exitCode = InProcessCli.run(lines::add, arguments.toArray(String[]::new));
        assertThat(exitCode).as("%s", lines).isEqualTo(ExitCode.DONE);
        return lines;
    }

    private String url() {
        return database.url() + "?user=" + database.user() + "&password=" + database.password();
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(String.join("\n", status("--json")));
    }

    private void change(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** A completed checkpoint, as a job records it. */
    private void checkpoint(MigrationRow row, long head, long applied, long events)
            throws SQLException {
        change(
                """
                INSERT INTO godwit.applied_counts
                    (migration_id, writer, written, already_equal, dead_lettered)
                VALUES (%d, 'w', %d, 0, 0)
                ON CONFLICT (migration_id, writer) DO UPDATE SET written = EXCLUDED.written
                """
                        .formatted(row.id(), events));
        ledger.progress(row.id(), List.of(new TagProgress(0, head, applied, 1, 1)));
    }

    private void secondsLater(int seconds) throws SQLException {
        change("UPDATE godwit.progress_samples SET at = at - interval '" + seconds + " seconds'");
    }

    @Test
    void whileAJobRunsRateAndTimeToGoAreThoseOfItsCheckpoints() throws Exception {
        MigrationRow row = ledger.create(NAME, "chain", "name: acme", true);
        assertThat(RunLock.take(ledger, NAME, Duration.ZERO)).isTrue();
        checkpoint(row, 10_000, 1_000, 500);
        assertThat(json().get("events_per_second").isNull()).isTrue();
        assertThat(json().get("rate_unknown_because").asText()).contains("fewer than two");
        secondsLater(10);

        checkpoint(row, 10_000, 4_000, 2_000);

        JsonNode status = json();
        assertThat(status.get("lag_events").asLong()).isEqualTo(6_000);
        assertThat(status.get("unit").asText()).isEqualTo("events");
        // A little more than 10 s have passed.
        assertThat(status.get("events_per_second").asDouble()).isBetween(75.0, 150.0);
        assertThat(status.get("eta_seconds").asLong()).isBetween(20L, 40L);
        assertThat(status.get("rate_unknown_because").isNull()).isTrue();
        assertThat(status.get("progress_at").asText()).startsWith("20");
        assertThat(status())
                .anyMatch(l -> l.matches(" {2}rate: [0-9.]+ events/s; about [0-9]+ s.*"));

        secondsLater(10);
        checkpoint(row, 10_000, 10_000, 5_000);
        assertThat(json().get("eta_seconds").asLong()).isZero();
    }

    @Test
    void checkpointsOfOneSecondAreOneSample() throws Exception {
        MigrationRow row = ledger.create(NAME, "chain", "name: acme", true);
        assertThat(RunLock.take(ledger, NAME, Duration.ZERO)).isTrue();
        checkpoint(row, 10, 1, 1);
        checkpoint(row, 10, 2, 2);
        assertThat(json().get("rate_unknown_because").asText()).contains("fewer than two");
        assertThat(json().get("lag_events").asLong()).isEqualTo(8);
    }

    @Test
    void whatCannotBeKnownIsNotMadeUp() throws Exception {
        MigrationRow row = ledger.create(NAME, "chain", "name: acme", true);
        for (String unknown :
                List.of("lag_events", "events_per_second", "eta_seconds", "progress_at")) {
            assertThat(json().get(unknown).isNull()).as(unknown).isTrue();
        }
        checkpoint(row, 10, 1, 1);
        secondsLater(10);
        checkpoint(row, 10, 5, 5);
        assertThat(json().get("events_per_second").isNull()).isTrue();
        assertThat(status()).contains("  rate: unknown, no job runs");

        assertThat(RunLock.take(ledger, NAME, Duration.ZERO)).isTrue();
        assertThat(json().get("events_per_second").isNull()).isFalse();
        secondsLater(100);
        assertThat(json().get("rate_unknown_because").asText()).startsWith("no checkpoint");
        ledger.submitted(row.id(), "another", null, null);
        assertThat(json().get("rate_unknown_because").asText()).contains("fewer than two");
    }

    @Test
    void jobGoesOnWithALedgerThatAnOlderVersionMade() throws Exception {
        MigrationRow row = ledger.create(NAME, "chain", "name: acme", true);
        change("DROP TABLE godwit.progress_samples");
        assertThat(RunLock.take(ledger, NAME, Duration.ZERO)).isTrue();
        ledger.submitted(row.id(), "job", null, null);
        checkpoint(row, 10, 1, 1);
        assertThat(json().get("lag_events").asLong()).isEqualTo(9);
        assertThat(json().get("rate_unknown_because").asText()).contains("older version");
    }

    @Test
    void replicationSlotIsShownAsTheSourceHasIt() throws Exception {
        TenantStores.create(database, StoreVariant.CURRENT);
        PostgresEventStoreSpec source = TenantStores.spec(database, "shared", StoreVariant.CURRENT);
        ledger.create(NAME, "tenant", spec("logical", database.url()), true);
        assertThat(json().at("/replication_slot/state").asText()).isEqualTo("NONE");

        LogicalFeeds.ensure(source, NAME, Duration.ofSeconds(30));
        try {
            JsonNode slot = json().get("replication_slot");
            assertThat(slot.get("state").asText()).isEqualTo("IDLE");
            assertThat(slot.get("kept_bytes").asLong()).isNotNegative();
            assertThat(status())
                    .anyMatch(line -> line.startsWith("  replication slot: idle, godwit"));
        } finally {
            LogicalFeeds.drop(source, NAME);
        }
    }

    @Test
    void replicationSlotOfASourceOutOfReachIsUnknown() throws Exception {
        String nowhere = "jdbc:postgresql://127.0.0.1:1/nowhere";
        ledger.create(NAME, "tenant", spec("logical", nowhere), true);
        assertThat(json().at("/replication_slot/state").asText()).isEqualTo("UNKNOWN");
        assertThat(json().at("/replication_slot/why").asText()).contains("refused");
        Files.delete(folder.resolve("password"));
        assertThat(status())
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith("  replication slot: unknown, ")
                                        .contains("the spec of acme in the ledger"));
    }

    @Test
    void migrationThatPollsHasNoReplicationSlotToShow() throws Exception {
        ledger.create(NAME, "tenant", spec("poll", database.url()), true);
        assertThat(json().has("replication_slot")).isFalse();
        assertThat(status()).noneMatch(line -> line.contains("slot"));
    }

    private String spec(String tail, String url) throws IOException {
        Path password = Files.writeString(folder.resolve("password"), database.password());
        return """
               name: %s
               kind: tenant
               tenants: ["6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e"]
               tail: %s
               source:
                 type: postgres-event-store
                 store_id: shared
                 url: %s
                 user: %s
                 password: ${file:%s}
                 event_store: eventsource-py
               target:
                 type: postgres-event-store
                 store_id: dedicated
                 url: jdbc:postgresql://127.0.0.1:1/dedicated
                 event_store: eventsource-py
               """
                .formatted(NAME, tail, url, database.user(), password);
    }
}
