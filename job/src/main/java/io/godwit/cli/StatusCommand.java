package io.godwit.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.control.FlinkRest;
import io.godwit.job.Kinds;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.RunLock;
import io.godwit.ledger.SwitchEntry;
import io.godwit.ledger.Switches;
import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.model.TagProgress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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
            ObjectNode status = status(ledger, row);
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

    private static ObjectNode status(Ledger ledger, MigrationRow row) throws SQLException {
        List<TagProgress> tags = ledger.progressOf(row.id());
        ApplyResult counts = ledger.countsOf(row.id());
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("name", row.name())
                .put("kind", row.kind())
                .put("phase", row.phase().name())
                .put("continuous", row.continuous())
                .put("source_head", tags.stream().mapToLong(TagProgress::sourceHead).sum())
                .put("applied_through", tags.stream().mapToLong(TagProgress::appliedThrough).sum())
                .put("lag_events", tags.stream().mapToLong(TagProgress::lag).sum())
                .put("events_written", counts.written())
                .put("events_already_equal", counts.alreadyEqual())
                .put("events_dead_lettered", counts.deadLettered());
        ArrayNode perTag = object.putArray("tags");
        for (TagProgress tag : tags) {
            perTag.addObject()
                    .put("tag", tag.tag())
                    .put("source_head", tag.sourceHead())
                    .put("applied_through", tag.appliedThrough())
                    .put("lag_events", tag.lag())
                    .put("ranges_pending", tag.rangesPending())
                    .put("ranges_done", tag.rangesDone());
        }
        switches(ledger, row, object);
        object.putObject("job")
                .put("id", row.jobId())
                .put("url", row.flinkUrl())
                .put("state", jobState(row))
                .put("running", RunLock.isTaken(ledger, row.name()));
        object.put("savepoint", row.savepoint())
                .put("reason", row.reason())
                .put("updated_at", row.updatedAt().toString());
        return object;
    }

    private static void switches(Ledger ledger, MigrationRow row, ObjectNode object)
            throws SQLException {
        List<SwitchEntry> switches = new Switches(ledger).of(row.id());
        if (switches.isEmpty()) {
            return;
        }
        ArrayNode array = object.putArray("switches");
        for (SwitchEntry entry : switches) {
            array.addObject()
                    .put("tenant", entry.tenant())
                    .put("to_store", entry.toStore())
                    .put("epoch", entry.epoch())
                    .put("last_position", entry.lastPosition())
                    .put("pause_ms", entry.pauseMillis())
                    .put("lock_ms", entry.lockMillis())
                    .put("opened_ms", entry.openedMillis())
                    .put("events_applied_in_pause", entry.drained())
                    .put("attempts", entry.attempts());
        }
    }

    private static String jobState(MigrationRow row) {
        if (row.jobId() == null || row.flinkUrl() == null) {
            return "UNKNOWN";
        }
        try {
            return new FlinkRest(row.flinkUrl()).jobState(row.jobId()).orElse("GONE");
        } catch (MigrationException e) {
            // The ledger is what status is about; a cluster out of reach is part of the answer.
            return "UNREACHABLE";
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
        if (row.savepoint() != null) {
            console.line("  savepoint: " + row.savepoint());
        }
        if (row.reason() != null) {
            console.line("  reason: " + row.reason());
        }
    }
}
