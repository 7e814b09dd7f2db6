package io.godwit.job;

import io.godwit.connector.dynamodb.ChainSourceCheck;
import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.postgres.AppliedLog;
import io.godwit.connector.postgres.ChainTargetCheck;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.model.Finding;
import io.godwit.spec.MigrationSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a chain migration would find and do: read from both stores, written to neither. The plan,
 * the dry run and the real run take their decisions from it.
 *
 * @param heads the source's heads, per event tag
 * @param starts the first sequence that will be read, per event tag
 * @param applied what the target has already, per event tag
 */
public record ChainPreflight(
        List<Finding> findings,
        Map<Integer, Long> heads,
        Map<Integer, Long> starts,
        Map<Integer, AppliedLog> applied) {

    public static ChainPreflight of(MigrationSpec spec) {
        if (!(spec.source() instanceof ChainstorageDynamoDbSpec source)
                || !(spec.target() instanceof ChainstoragePostgresSpec target)) {
            throw new io.godwit.spec.SpecException(
                    "kind chain goes from source type "
                            + ChainstorageDynamoDbSpec.TYPE
                            + " to target type "
                            + ChainstoragePostgresSpec.TYPE);
        }
        List<Finding> findings = new ArrayList<>();
        ChainSourceCheck.Result sourceResult = ChainSourceCheck.check(source);
        findings.addAll(sourceResult.findings());
        ChainTargetCheck.Result targetResult =
                ChainTargetCheck.check(target, spec.name(), sourceResult.heads());
        findings.addAll(targetResult.findings());
        Map<Integer, Long> starts = new TreeMap<>();
        targetResult
                .applied()
                .forEach((tag, applied) -> starts.put(tag, start(spec, tag, applied, findings)));
        return new ChainPreflight(
                List.copyOf(findings),
                new TreeMap<>(sourceResult.heads()),
                starts,
                new TreeMap<>(targetResult.applied()));
    }

    private static long start(
            MigrationSpec spec, int tag, AppliedLog applied, List<Finding> findings) {
        if (spec.startEventSequence() == null) {
            return applied.firstMissing();
        }
        long start = spec.startEventSequence();
        if (start > applied.firstMissing()) {
            findings.add(
                    Finding.problem(
                            "start_event_sequence is "
                                    + start
                                    + ", but event "
                                    + applied.firstMissing()
                                    + " of event tag "
                                    + tag
                                    + " is not in the target: a log without its beginning is no valid"
                                    + " chain",
                            "leave start_event_sequence out, or set it to "
                                    + applied.firstMissing()
                                    + " or less"));
        }
        return start;
    }

    /** The last sequence that a copy would reach now, inclusive. */
    public long end(MigrationSpec spec, int tag) {
        return Math.min(heads.get(tag), spec.end());
    }

    /** Events that will be read up to the heads of now. */
    public long eventsToRead(MigrationSpec spec) {
        return starts.entrySet().stream()
                .mapToLong(s -> Math.max(0, end(spec, s.getKey()) - s.getValue() + 1))
                .sum();
    }

    public boolean ready() {
        return findings.stream().noneMatch(Finding::stops);
    }

    public boolean reachable() {
        return findings.stream().noneMatch(f -> f.weight() == Finding.Weight.UNREACHABLE);
    }
}
