package io.godwit.job;

import io.godwit.connector.postgres.ChainDdl;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.model.Finding;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** A chain migration as it was planned. */
public record ChainPlan(MigrationSpec spec, ChainPreflight preflight, Past past)
        implements PlannedMigration {

    @Override
    public String title() {
        return spec.jobName();
    }

    @Override
    public List<Finding> findings() {
        return preflight.findings();
    }

    @Override
    public boolean comparable() {
        return preflight.reachable()
                && !preflight.heads().isEmpty()
                && !preflight.applied().isEmpty();
    }

    @Override
    public void prepare() {
        ChainstoragePostgresSpec target = (ChainstoragePostgresSpec) spec.target();
        if (target.createSchema()) {
            ChainDdl.createIfMissing(target, spec.name());
        }
    }

    @Override
    public void build(StreamExecutionEnvironment env, Run run) {
        ChainJob.build(env, spec, run, preflight.starts(), preflight.heads());
    }

    @Override
    public String starting() {
        return "Starting from what is applied: " + preflight.starts();
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        preflight
                .starts()
                .forEach(
                        (tag, start) ->
                                lines.add(
                                        "event tag "
                                                + tag
                                                + ": copies "
                                                + start
                                                + " to "
                                                + preflight.end(spec, tag)
                                                + (spec.continuous() ? ", then the tail" : "")));
        long events = preflight.eventsToRead(spec);
        lines.add(
                events
                        + " events to read in ranges of "
                        + spec.batchSize()
                        + ", about "
                        + 2 * events
                        + " strongly consistent read units (an event and its block each)");
        return lines;
    }

    @Override
    public Map<String, Object> details() {
        List<Map<String, Object>> tags = new ArrayList<>();
        preflight
                .starts()
                .forEach(
                        (tag, start) -> {
                            Map<String, Object> one = new LinkedHashMap<>();
                            one.put("tag", tag);
                            one.put("start", start);
                            one.put("end", preflight.end(spec, tag));
                            tags.add(one);
                        });
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("tags", tags);
        details.put("events_to_read", preflight.eventsToRead(spec));
        return details;
    }

    @Override
    public Verdict verify(Level level, JobPlace place) throws Exception {
        return new ChainVerification(spec, preflight, past).run(level, place);
    }

    @Override
    public Tally dryRun(JobPlace place) throws Exception {
        Map<Integer, Long> ends = new TreeMap<>();
        preflight.starts().keySet().forEach(tag -> ends.put(tag, preflight.end(spec, tag)));
        return place.run(
                env ->
                        CompareJob.run(
                                env, spec, Level.FULL, preflight.starts(), ends, "godwit dry run"));
    }
}
