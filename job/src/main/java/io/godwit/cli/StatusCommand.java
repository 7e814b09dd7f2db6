package io.godwit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.job.Kinds;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Shows where a migration is. */
@Command(name = "status", description = "Show where a migration is.")
final class StatusCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "NAME", description = "The migration.")
    private String name;

    @Mixin private LedgerOption ledgerOption;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Option(names = "--watch", description = "Until the migration has ended.")
    private boolean watch;

    @Override
    public Integer call() throws Exception {
        try (Ledger ledger = LedgerOption.open(ledgerOption.database())) {
            if (watch) {
                watch(ledger);
            }
            MigrationRow row = LedgerOption.find(ledger, name);
            ObjectNode status = StatusReport.of(ledger, row);
            if (json) {
                godwit.console().json(status);
            } else {
                print(row, status);
            }
            return ExitCode.DONE;
        }
    }

    private void watch(Ledger ledger) throws SQLException {
        MigrationRow row = LedgerOption.find(ledger, name);
        try (ProgressLine progress = new ProgressLine(godwit.console(), ledger, row)) {
            while (!LedgerOption.find(ledger, name).phase().terminal()) {
                progress.show();
                LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
            }
            progress.show();
        }
    }

    private void print(MigrationRow row, ObjectNode status) {
        Console console = godwit.console();
        console.line(row.name() + " (" + row.kind() + "): " + row.phase());
        status.get("tags")
                .forEach(
                        tag ->
                                console.line(
                                        "  "
                                                + Kinds.logOf(row, tag.get("tag").asInt())
                                                + ": applied through "
                                                + tag.get("applied_through").asLong()
                                                + " of "
                                                + tag.get("source_head").asLong()
                                                + ", lag "
                                                + tag.get("lag_events").asLong()
                                                + "; ranges "
                                                + tag.get("ranges_done").asLong()
                                                + " done, "
                                                + tag.get("ranges_pending").asLong()
                                                + " pending"));
        console.line(
                "  events: "
                        + status.get("events_written").asLong()
                        + " written, "
                        + status.get("events_already_equal").asLong()
                        + " already equal, "
                        + status.get("events_dead_lettered").asLong()
                        + " dead-lettered");
        console.line("  rate: " + rate(status));
        status.path("switches")
                .forEach(
                        one ->
                                console.line(
                                        "  switched: tenant "
                                                + one.get("tenant").asText()
                                                + " to "
                                                + one.get("to_store").asText()
                                                + ", pause "
                                                + one.get("pause_ms").asText()
                                                + " ms"));
        console.line(
                "  job: "
                        + (row.jobId() == null ? "none yet" : row.jobId())
                        + ", "
                        + status.get("job").get("state").asText()
                        + (row.flinkUrl() == null ? "" : " at " + row.flinkUrl()));
        if (status.has("replication_slot")) {
            console.line("  replication slot: " + slot(status.get("replication_slot")));
        }
        if (row.savepoint() != null) {
            console.line("  savepoint: " + row.savepoint());
        }
        if (row.reason() != null) {
            console.line("  reason: " + row.reason());
        }
    }

    private static String rate(JsonNode status) {
        if (status.get("events_per_second").isNull()) {
            return "unknown, " + status.get("rate_unknown_because").asText();
        }
        JsonNode eta = status.get("eta_seconds");
        return status.get("events_per_second").asText()
                + " events/s; "
                + (eta.isNull()
                        ? "time to go unknown, applied-through does not grow"
                        : eta.asLong() == 0
                                ? "nothing to go"
                                : "about " + eta.asLong() + " s to go")
                + ", as of "
                + status.get("progress_at").asText();
    }

    private static String slot(JsonNode slot) {
        String state = slot.get("state").asText().toLowerCase(Locale.ROOT);
        if (slot.has("why")) {
            return state + ", " + slot.get("why").asText();
        }
        if (!slot.has("name")) {
            return state;
        }
        return state
                + ", "
                + slot.get("name").asText()
                + ", keeps "
                + slot.get("kept_bytes").asLong()
                + " bytes of the source's write-ahead log ("
                + slot.get("wal_status").asText()
                + ")";
    }
}
