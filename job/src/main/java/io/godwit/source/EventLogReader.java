package io.godwit.source;

import io.godwit.model.LogEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.metrics.Counter;

/**
 * One reader of the source. Its main-thread side keeps what a checkpoint needs: the open splits,
 * and the finished ones until a completed checkpoint holds them.
 *
 * <p>It has the next range before it is through with one: a fetcher without a range is shut down,
 * and its session with it.
 *
 * <p>Why finished splits stay in the snapshot: the enumerator takes its part of a checkpoint before
 * the readers take theirs. A split that finishes in between would be open for the enumerator and
 * unknown to the reader after a restore, and so never be reported as applied.
 */
final class EventLogReader<E extends LogEvent>
        extends SingleThreadMultiplexSourceReaderBase<E, E, EventLogSplit, EventLogSplitState> {

    private final CheckpointBudget budget;
    private final Map<String, EventLogSplit> finished = new HashMap<>();
    private final TreeMap<Long, List<String>> finishedAt = new TreeMap<>();

    EventLogReader(
            Supplier<EventLogSplitReader<E>> splitReader,
            CheckpointBudget budget,
            SourceReaderContext context) {
        this(splitReader, budget, context, context.metricGroup().counter("eventsRead"));
    }

    private EventLogReader(
            Supplier<EventLogSplitReader<E>> splitReader,
            CheckpointBudget budget,
            SourceReaderContext context,
            Counter eventsRead) {
        super(
                splitReader::get,
                (event, output, state) -> {
                    output.collect(event);
                    if (!event.isAhead()) {
                        state.emitted(event.sequence());
                    }
                    if (!event.isMark()) {
                        budget.emittedOne();
                        eventsRead.inc();
                    }
                },
                new Configuration(),
                context);
        this.budget = budget;
    }

    @Override
    public void start() {
        if (getNumberOfCurrentlyAssignedSplits() == 0) {
            context.sendSplitRequest();
        }
    }

    @Override
    public void addSplits(List<EventLogSplit> splits) {
        super.addSplits(splits);
        if (getNumberOfCurrentlyAssignedSplits() == 1 && !splits.get(0).isTail()) {
            context.sendSplitRequest();
        }
    }

    @Override
    protected void onSplitFinished(Map<String, EventLogSplitState> states) {
        states.forEach((id, state) -> finished.put(id, state.toSplit()));
        context.sendSplitRequest();
    }

    @Override
    public List<EventLogSplit> snapshotState(long checkpointId) {
        List<EventLogSplit> splits = new ArrayList<>(super.snapshotState(checkpointId));
        splits.addAll(finished.values());
        finishedAt.put(checkpointId, List.copyOf(finished.keySet()));
        budget.snapshot(checkpointId);
        context.sendSourceEventToCoordinator(
                new ReaderReport(
                        checkpointId, splits.stream().map(ReaderReport.Position::of).toList()));
        return splits;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        budget.completed(checkpointId);
        Map<Long, List<String>> held = finishedAt.headMap(checkpointId, true);
        held.values().forEach(ids -> ids.forEach(finished::remove));
        held.clear();
    }

    @Override
    protected EventLogSplitState initializedState(EventLogSplit split) {
        return new EventLogSplitState(split);
    }

    @Override
    protected EventLogSplit toSplitType(String splitId, EventLogSplitState state) {
        return state.toSplit();
    }
}
