package io.godwit.job;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.postgres.ChainSelfCheck;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.model.TagProgress;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares source and target of a chain, event by event in a Flink job, then what must hold inside
 * the target. While the migration runs, only what is applied is compared, so a source that grows
 * raises no false alarm.
 */
record ChainVerification(MigrationSpec spec, ChainPreflight preflight, Past past) {

    Verdict run(Level level, JobPlace place) throws Exception {
        Map<Integer, Long> ends = closedEnds();
        Map<Integer, Long> starts = new TreeMap<>();
        ends.keySet().forEach(tag -> starts.put(tag, 1L));
        Tally tally =
                place.run(env -> CompareJob.run(env, spec, level, starts, ends, "godwit verify"));
        if (level != Level.COUNT) {
            ChainstoragePostgresSpec target = (ChainstoragePostgresSpec) spec.target();
            tally = tally.withOther(ChainSelfCheck.differences(target, spec.name(), Tally.NAMED));
        }
        return new Verdict(tally.withOther(foreign()), "through " + ends + " per event tag");
    }

    /** What no job can still change: through applied while one runs, else through the head. */
    private Map<Integer, Long> closedEnds() {
        Map<Integer, Long> ends = new TreeMap<>();
        preflight.heads().forEach((tag, head) -> ends.put(tag, Math.min(head, spec.end())));
        if (past.row() != null && past.running()) {
            Map<Integer, Long> applied = new TreeMap<>();
            for (TagProgress tag : past.progress()) {
                applied.put(tag.tag(), tag.appliedThrough());
            }
            ends.replaceAll((tag, end) -> Math.min(end, applied.getOrDefault(tag, 0L)));
        }
        return ends;
    }

    private List<String> foreign() {
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
}
