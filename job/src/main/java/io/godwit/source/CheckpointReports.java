package io.godwit.source;

import io.godwit.source.ReaderReport.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What readers say that checkpoints hold, until it is known which of those complete. A report may
 * come before or after its checkpoint's completion; it counts once, when both are there.
 */
final class CheckpointReports {

    private final TreeMap<Long, Map<Integer, ReaderReport>> waiting = new TreeMap<>();
    private long lastCompleted = -1;

    /** True when its checkpoint is complete, so that it can be {@link #take taken} now. */
    boolean add(int subtask, ReaderReport report) {
        waiting.computeIfAbsent(report.checkpointId(), id -> new TreeMap<>()).put(subtask, report);
        return report.checkpointId() <= lastCompleted;
    }

    void completed(long checkpointId) {
        lastCompleted = Math.max(lastCompleted, checkpointId);
    }

    /** The reader was lost: what it reported of checkpoints that were open never came to be. */
    void forget(int subtask) {
        waiting.values().forEach(ofCheckpoint -> ofCheckpoint.remove(subtask));
    }

    /** What completed checkpoints hold and was not taken before, the oldest first. */
    List<Position> take() {
        Map<Long, Map<Integer, ReaderReport>> complete = waiting.headMap(lastCompleted, true);
        List<Position> positions = new ArrayList<>();
        for (Map<Integer, ReaderReport> ofCheckpoint : complete.values()) {
            ofCheckpoint.values().forEach(report -> positions.addAll(report.positions()));
        }
        complete.clear();
        return positions;
    }
}
