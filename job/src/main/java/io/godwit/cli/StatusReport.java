package io.godwit.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.control.FlinkRest;
import io.godwit.job.Kinds;
import io.godwit.job.SlotStatus;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.ProgressRate;
import io.godwit.ledger.ProgressSamples;
import io.godwit.ledger.RunLock;
import io.godwit.ledger.SwitchEntry;
import io.godwit.ledger.Switches;
import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.model.TagProgress;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Where a migration is, for machines. What is not known is null: a lag before the first checkpoint,
 * a rate while no job runs. Numbers of progress are as of the last completed checkpoint.
 */
final class StatusReport {

    private final Ledger ledger;
    private final MigrationRow row;
    private final ObjectNode object = JsonNodeFactory.instance.objectNode();

    private StatusReport(Ledger ledger, MigrationRow row) {
        this.ledger = ledger;
        this.row = row;
    }

    static ObjectNode of(Ledger ledger, MigrationRow row) throws SQLException {
        return new StatusReport(ledger, row).build();
    }

    private ObjectNode build() throws SQLException {
        List<TagProgress> tags = ledger.progressOf(row.id());
        OptionalLong lag =
                tags.isEmpty()
                        ? OptionalLong.empty()
                        : OptionalLong.of(tags.stream().mapToLong(TagProgress::lag).sum());
        boolean running = RunLock.isTaken(ledger, row.name());
        object.put("name", row.name())
                .put("kind", row.kind())
                .put("phase", row.phase().name())
                .put("continuous", row.continuous())
                .put("unit", Kinds.unitOf(row))
                .put("source_head", tags.stream().mapToLong(TagProgress::sourceHead).sum())
                .put("applied_through", tags.stream().mapToLong(TagProgress::appliedThrough).sum());
        put("lag_events", lag);
        pace(lag, running);
        ApplyResult counts = ledger.countsOf(row.id());
        object.put("events_written", counts.written())
                .put("events_already_equal", counts.alreadyEqual())
                .put("events_dead_lettered", counts.deadLettered());
        tags(tags);
        switches();
        object.putObject("job")
                .put("id", row.jobId())
                .put("url", row.flinkUrl())
                .put("state", jobState())
                .put("running", running);
        slot();
        return object.put("savepoint", row.savepoint())
                .put("reason", row.reason())
                .put("updated_at", row.updatedAt().toString());
    }

    private void pace(OptionalLong lag, boolean running) throws SQLException {
        ProgressSamples samples = new ProgressSamples(ledger);
        ProgressRate rate = running ? samples.rate(row.id()) : ProgressRate.unknown("no job runs");
        OptionalDouble perSecond = rate.eventsPerSecond();
        if (perSecond.isPresent()) {
            object.put("events_per_second", Math.round(perSecond.getAsDouble() * 10) / 10.0);
        } else {
            object.putNull("events_per_second");
        }
        put("eta_seconds", eta(lag, rate));
        object.put(
                "rate_unknown_because",
                rate.unknownBecause().isEmpty() ? null : rate.unknownBecause());
        object.put("progress_at", samples.lastAt(row.id()).map(Instant::toString).orElse(null));
    }

    /** Until what the source has is applied, if it goes on like that. */
    private static OptionalLong eta(OptionalLong lag, ProgressRate rate) {
        double pace = rate.sequencesPerSecond().orElse(0);
        if (lag.isEmpty() || rate.sequencesPerSecond().isEmpty()) {
            return OptionalLong.empty();
        }
        if (lag.getAsLong() == 0) {
            return OptionalLong.of(0);
        }
        return pace > 0
                ? OptionalLong.of((long) Math.ceil(lag.getAsLong() / pace))
                : OptionalLong.empty();
    }

    private void put(String key, OptionalLong value) {
        if (value.isPresent()) {
            object.put(key, value.getAsLong());
        } else {
            object.putNull(key);
        }
    }

    private void tags(List<TagProgress> tags) {
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
    }

    private void switches() throws SQLException {
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

    private String jobState() {
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

    /** Only of a migration that has one in its life. */
    private void slot() {
        Optional<SlotStatus> status =
                Kinds.slot(
                        row,
                        () ->
                                SpecFile.of(
                                                "the spec of " + row.name() + " in the ledger",
                                                row.spec())
                                        .spec());
        status.ifPresent(
                found -> {
                    ObjectNode slot =
                            object.putObject("replication_slot").put("state", found.state().name());
                    if (found.slot() != null) {
                        slot.put("name", found.slot().name())
                                .put("wal_status", found.slot().walStatus())
                                .put("kept_bytes", found.slot().keptBytes());
                    }
                    if (!found.why().isEmpty()) {
                        slot.put("why", found.why());
                    }
                });
    }
}
