package io.godwit.spec;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.io.Serializable;
import java.time.Duration;
import java.util.Set;

/**
 * What a migration is: one YAML file. Checked here, so an invalid one cannot exist; keys keep the
 * seeds' names in snake_case.
 *
 * @param name unique; the Flink job is "godwit: NAME"; letters, digits, '.', '_' and '-'
 * @param batchSize events per range, and at most per transaction; 1 to 1,000,000, default 5000
 * @param checkpointSize most events read but not yet inside a completed checkpoint, default 50000
 * @param checkpointInterval longest time between two checkpoints, default 10s
 * @param parallelism readers and writers, default 8
 * @param backoffInterval wait between ranges of one reader, default 0s
 * @param maxBulkCopyRate events per second while copying, 0 (default) for no limit
 * @param continuous follow the source after the copy (default), or stop at the head
 * @param pollInterval wait of the tail at the head, default 1s
 * @param startEventSequence of kind chain: first sequence to copy; null to resume from what is
 *     applied
 * @param endEventSequence of kind chain: last sequence to copy, of a bounded run; null for the head
 *     at start
 * @param tenant the keys of kind tenant, which stand at the top of the file; null for other kinds
 */
public record MigrationSpec(
        String name,
        Kind kind,
        SourceSpec source,
        TargetSpec target,
        LedgerSpec ledger,
        Integer batchSize,
        Long checkpointSize,
        Duration checkpointInterval,
        Integer parallelism,
        Duration backoffInterval,
        Long maxBulkCopyRate,
        Boolean continuous,
        Duration pollInterval,
        Long startEventSequence,
        EndSequence endEventSequence,
        @JsonDeserialize(using = TopLevelKeys.class) TenantOptions tenant)
        implements Serializable {

    /** Components that are no keys of the file. */
    static final Set<String> NOT_KEYS = Set.of("tenant");

    /** Flink's own least. */
    private static final Duration LEAST_CHECKPOINT_INTERVAL = Duration.ofMillis(10);

    /** Flink's max parallelism: fixed, so that a savepoint can be resumed with any up to it. */
    public static final int MAX_PARALLELISM = 128;

    public MigrationSpec {
        Checks.required("name", name);
        if (!name.matches("[A-Za-z0-9._-]{1,100}")) {
            throw new IllegalArgumentException(
                    "name is '" + name + "'; 1 to 100 letters, digits, '.', '_' or '-'");
        }
        Checks.required("kind", kind);
        Checks.required("source", source);
        Checks.required("target", target);
        if (kind == Kind.TENANT) {
            Checks.required("tenants", tenant);
        }
        StorePair.check(kind, source, target);
        ledger = ledger == null ? defaultLedger(kind, source, target) : ledger;
        batchSize = batchSize == null ? 5000 : batchSize;
        checkpointSize = checkpointSize == null ? 50_000 : checkpointSize;
        checkpointInterval =
                checkpointInterval == null ? Duration.ofSeconds(10) : checkpointInterval;
        parallelism = parallelism == null ? 8 : parallelism;
        backoffInterval = backoffInterval == null ? Duration.ZERO : backoffInterval;
        maxBulkCopyRate = maxBulkCopyRate == null ? 0 : maxBulkCopyRate;
        continuous = continuous == null || continuous;
        pollInterval = pollInterval == null ? Duration.ofSeconds(1) : pollInterval;
        Checks.atLeast("batch_size", 1, batchSize);
        if (batchSize > 1_000_000) {
            throw new IllegalArgumentException(
                    "batch_size is " + batchSize + "; it is at most 1000000");
        }
        Checks.atLeast("checkpoint_size", 1, checkpointSize);
        if (checkpointInterval.compareTo(LEAST_CHECKPOINT_INTERVAL) < 0) {
            throw new IllegalArgumentException(
                    "checkpoint_interval is " + checkpointInterval + "; it is at least 10ms");
        }
        Checks.atLeast("parallelism", 1, parallelism);
        if (parallelism > MAX_PARALLELISM) {
            throw new IllegalArgumentException(
                    "parallelism is " + parallelism + "; it is at most " + MAX_PARALLELISM);
        }
        Checks.notNegative("backoff_interval", backoffInterval);
        Checks.atLeast("max_bulk_copy_rate", 0, maxBulkCopyRate);
        Checks.positive("poll_interval", pollInterval);
        if (startEventSequence != null && startEventSequence < 1) {
            throw new IllegalArgumentException(
                    "start_event_sequence is "
                            + startEventSequence
                            + "; sequences start at 1; leave it out to resume from what is applied");
        }
        checkEnd(continuous, startEventSequence, endEventSequence);
    }

    /** A tenant's route is in its source database, and is switched in one transaction with it. */
    private static LedgerSpec defaultLedger(Kind kind, SourceSpec source, TargetSpec target) {
        return kind == Kind.TENANT
                ? ((TenantStoreSpec) source).defaultLedger()
                : target.defaultLedger();
    }

    private static void checkEnd(boolean continuous, Long start, EndSequence end) {
        if (end == null || end.isLatest()) {
            return;
        }
        if (continuous) {
            throw new IllegalArgumentException(
                    "end_event_sequence is "
                            + end.inclusive()
                            + " in a continuous migration, which has no end; set continuous: false");
        }
        if (end.inclusive() < (start == null ? 1 : start)) {
            throw new IllegalArgumentException(
                    "end_event_sequence is "
                            + end.inclusive()
                            + ", before start_event_sequence "
                            + (start == null ? 1 : start)
                            + "; it is inclusive");
        }
    }

    /** The last sequence to copy, inclusive; {@link Long#MAX_VALUE} for the head. */
    public long end() {
        return endEventSequence == null ? Long.MAX_VALUE : endEventSequence.inclusive();
    }

    public String jobName() {
        return "godwit: " + name;
    }
}
