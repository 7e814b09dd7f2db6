package io.godwit.control;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.dynamodb.DynamoDbChainLog;
import io.godwit.connector.postgres.ChainPublication;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The cutover of a chain: its writers are stopped by their operator, who says so; Godwit makes sure
 * of it, applies and verifies the rest, and publishes the target.
 *
 * <ol>
 *   <li>Phase CUTOVER, with an audit entry: the intent.
 *   <li>The head must hold still, and everything up to it must be applied.
 *   <li>The final verification must match.
 *   <li>The target is published: watermark, sequences.
 *   <li>The job is stopped with a savepoint; the head must still be the same.
 *   <li>Phase COMPLETED.
 * </ol>
 *
 * Until the last step the source is authoritative: whatever fails before goes back to DUAL_WRITE. A
 * crash anywhere leaves CUTOVER, and the same command run again goes on forward; every step can be
 * repeated.
 */
public final class ChainCutover {

    private final Ledger ledger;
    private final MigrationSpec spec;
    private final FinalVerification verification;
    private final Consumer<String> out;
    private final Duration patience;

    /** Compares source and target once more. */
    public interface FinalVerification {
        /**
         * @return what differs, empty when everything matches
         */
        String differences() throws Exception;
    }

    /**
     * @param patience longest wait for the tail to apply the rest
     */
    public ChainCutover(
            Ledger ledger,
            MigrationSpec spec,
            FinalVerification verification,
            Consumer<String> out,
            Duration patience) {
        this.ledger = ledger;
        this.spec = spec;
        this.verification = verification;
        this.out = out;
        this.patience = patience;
    }

    public void run(String savepointDirectory) throws Exception {
        MigrationRow row = ledger.find(spec.name()).orElseThrow();
        CutoverGate.check(row, RunningJob.of(ledger, spec.name()));
        if (row.phase() == Phase.COMPLETED) {
            out.accept(spec.name() + " is COMPLETED already");
            return;
        }
        if (row.phase() == Phase.DUAL_WRITE) {
            ledger.audit(row.id(), "CUTOVER_INITIATED", "the source was declared stopped");
            ledger.advance(row.id(), Phase.CUTOVER, "cutover initiated");
        }
        try {
            attempt(row, savepointDirectory);
        } catch (Exception e) {
            ledger.audit(row.id(), "CUTOVER_ROLLED_BACK", String.valueOf(e.getMessage()));
            ledger.advance(row.id(), Phase.DUAL_WRITE, "cutover rolled back: " + e.getMessage());
            throw e;
        }
    }

    private void attempt(MigrationRow row, String savepointDirectory) throws Exception {
        Map<Integer, Long> heads = awaitStillHeads();
        out.accept("The head holds still: " + heads);
        boolean running = RunningJob.of(ledger, spec.name());
        if (running) {
            awaitApplied(row, heads);
        }
        String differences = verification.differences();
        if (!differences.isEmpty()) {
            throw MigrationException.fatal(
                    spec.name(), "The final verification does not match: " + differences);
        }
        out.accept("The final verification matches");
        ChainstoragePostgresSpec target = (ChainstoragePostgresSpec) spec.target();
        new ChainPublication(target, spec.name()).publish(source().eventTags());
        ledger.audit(row.id(), "PUBLISHED", "watermark and sequence");
        out.accept("Published: watermark and sequence");
        if (running) {
            String savepoint = new JobStop(ledger, row).withSavepoint(savepointDirectory);
            out.accept("The job is stopped: " + savepoint);
        }
        refuseMoved(heads, readHeads());
        ledger.audit(row.id(), "CUTOVER_COMPLETED", "through " + heads);
        ledger.advance(row.id(), Phase.COMPLETED, "cut over through " + heads);
    }

    private ChainstorageDynamoDbSpec source() {
        return (ChainstorageDynamoDbSpec) spec.source();
    }

    /** Two looks, some polls apart: a writer that is not stopped shows itself between them. */
    private Map<Integer, Long> awaitStillHeads() {
        Map<Integer, Long> before = readHeads();
        long wait = Math.max(2 * spec.pollInterval().toMillis(), 2000);
        long until = System.nanoTime() + Duration.ofMillis(wait).toNanos();
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
        refuseMoved(before, readHeads());
        return before;
    }

    private static void refuseMoved(Map<Integer, Long> before, Map<Integer, Long> now) {
        if (!before.equals(now)) {
            throw MigrationException.refused(
                    "head",
                    "The source is not stopped: its head moved from "
                            + before
                            + " to "
                            + now
                            + "; stop every writer (poller, streamer, backfiller) and try again");
        }
    }

    private Map<Integer, Long> readHeads() {
        Map<Integer, Long> heads = new TreeMap<>();
        try (DynamoDbChainLog log = new DynamoDbChainLog(source())) {
            source().eventTags().forEach(tag -> heads.put(tag, log.head(tag)));
        }
        return heads;
    }

    private void awaitApplied(MigrationRow row, Map<Integer, Long> heads) throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            Map<Integer, Long> applied = new HashMap<>();
            for (TagProgress tag : ledger.progressOf(row.id())) {
                applied.put(tag.tag(), tag.appliedThrough());
            }
            if (heads.entrySet().stream()
                    .allMatch(h -> applied.getOrDefault(h.getKey(), 0L) >= h.getValue())) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw MigrationException.refused(
                        "lag",
                        "The tail has applied "
                                + applied
                                + " of "
                                + heads
                                + " after "
                                + patience
                                + "; look at the job and try again");
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }
}
