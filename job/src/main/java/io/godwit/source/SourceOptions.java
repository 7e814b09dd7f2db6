package io.godwit.source;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;

/**
 * How a log is read.
 *
 * @param starts the first sequence to read, per tag
 * @param ends last sequence to read, per tag; {@link Long#MAX_VALUE} for the head at start
 * @param continuous whether the tail follows the bulk copy
 * @param batchSize events per range
 * @param pageSize events per read of the log
 * @param checkpointSize most events read by all readers but not yet inside a completed checkpoint
 * @param parallelism readers
 * @param backoffInterval wait between two ranges of one reader
 * @param maxBulkCopyRate events per second over all readers, 0 for no limit
 * @param pollInterval wait of the coordinator between two looks at the heads
 * @param tailPoll wait of a tail at the head
 */
public record SourceOptions(
        Map<Integer, Long> starts,
        Map<Integer, Long> ends,
        boolean continuous,
        int batchSize,
        int pageSize,
        long checkpointSize,
        int parallelism,
        Duration backoffInterval,
        long maxBulkCopyRate,
        Duration pollInterval,
        Duration tailPoll)
        implements Serializable {

    public SourceOptions {
        starts = Map.copyOf(starts);
        ends = Map.copyOf(ends);
    }

    /** A bounded job whose end waits for checkpoints; a comparison has none. */
    boolean endsWithACheckpoint() {
        return !continuous && checkpointSize != Long.MAX_VALUE;
    }
}
