package io.godwit.cli;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.postgres.ChainSelfCheck;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.job.ChainPreflight;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.RunLock;
import io.godwit.model.TagProgress;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Compares source and target, event by event in a Flink job, then what must hold inside the target,
 * and records the verdict. While the migration runs, only what is applied is compared, so a source
 * that grows raises no false alarm.
 */
final class Verification {

    private final FlinkOption flink;
    private final MigrationSpec spec;
    private final LedgerDatabase database;

    Verification(FlinkOption flink, MigrationSpec spec, LedgerDatabase database) {
        this.flink = flink;
        this.spec = spec;
        this.database = database;
    }

    /**
     * The verdict.
     *
     * @param ends what was compared: 1 to here, per event tag
     */
    record Verdict(Tally tally, Map<Integer, Long> ends) {}

    Verdict run(Level level, ChainPreflight preflight) throws Exception {
        Map<Integer, Long> ends = closedEnds(preflight);
        Map<Integer, Long> starts = new TreeMap<>();
        ends.keySet().forEach(tag -> starts.put(tag, 1L));
        Tally tally = Comparison.run(flink, spec, level, starts, ends, "godwit verify");
        if (level != Level.COUNT) {
            ChainstoragePostgresSpec target = (ChainstoragePostgresSpec) spec.target();
            tally = tally.withOther(ChainSelfCheck.differences(target, spec.name(), Tally.NAMED));
        }
        tally = tally.withOther(foreign(preflight));
        record(level, tally);
        return new Verdict(tally, ends);
    }

    /** What no job can still change: through applied while one runs, else through the head. */
    private Map<Integer, Long> closedEnds(ChainPreflight preflight) throws SQLException {
        Map<Integer, Long> ends = new TreeMap<>();
        preflight.heads().forEach((tag, head) -> ends.put(tag, Math.min(head, spec.end())));
        if (database.exists()) {
            try (Ledger ledger = new Ledger(database)) {
                Optional<MigrationRow> row = ledger.find(spec.name());
                if (row.isPresent() && RunLock.isTaken(ledger, spec.name())) {
                    Map<Integer, Long> applied = new TreeMap<>();
                    for (TagProgress tag : ledger.progressOf(row.get().id())) {
                        applied.put(tag.tag(), tag.appliedThrough());
                    }
                    ends.replaceAll((tag, end) -> Math.min(end, applied.getOrDefault(tag, 0L)));
                }
            }
        }
        return ends;
    }

    private java.util.List<String> foreign(ChainPreflight preflight) {
        ChainstorageDynamoDbSpec source = (ChainstorageDynamoDbSpec) spec.source();
        return source.eventTags().stream()
                .filter(tag -> preflight.applied().get(tag).last() > preflight.heads().get(tag))
                .map(
                        tag ->
                                "event tag "
                                        + tag
                                        + ", sequences "
                                        + (preflight.heads().get(tag) + 1)
                                        + " to "
                                        + preflight.applied().get(tag).last()
                                        + ": in the target, above the source's head")
                .toList();
    }

    private void record(Level level, Tally tally) throws SQLException {
        if (!database.exists()) {
            return;
        }
        try (Ledger ledger = new Ledger(database)) {
            Optional<MigrationRow> row = ledger.find(spec.name());
            if (row.isPresent()) {
                ledger.verified(
                        row.get().id(),
                        level.name(),
                        tally.matched(),
                        tally.compared(),
                        tally.missing() + tally.different(),
                        tally.matched()
                                ? tally.compared() + " events match"
                                : String.join(" | ", tally.named().stream().limit(5).toList()));
            }
        }
    }
}
