package io.godwit.source;

import io.godwit.model.LogEvent;
import io.godwit.model.MigrationException;
import io.godwit.model.TagProgress;
import io.godwit.port.EventLog;
import io.godwit.port.RunJournal;
import io.godwit.port.StopForGood;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.runtime.execution.SuppressRestartsException;

/**
 * Hands ranges to readers and records what completed checkpoints hold. Everything here runs on the
 * coordinator thread, but for {@link #readHeads} and the journal's calls, which run on the
 * context's I/O thread, one at a time (the last one, of a failure, excepted).
 *
 * <p>In order: {@link #start} takes the migration in the journal and reads the heads; the first
 * heads fix the bulk ranges; readers ask and are given ranges, lowest first; reports of completed
 * checkpoints move applied-through; when every bulk range is applied, the tails are handed out.
 *
 * <p>Nothing is sent to a reader because a checkpoint completed: it may have been the savepoint of
 * a stop, its reader may be gone, and an event that cannot be delivered makes Flink fail the job.
 * The tails wait for the next look at the heads.
 */
final class EventLogEnumerator<E extends LogEvent>
        implements SplitEnumerator<EventLogSplit, EnumeratorState> {

    private final SplitEnumeratorContext<EventLogSplit> context;
    private final SourceOptions options;
    private final EventLog<E> log;
    private final RunJournal journal;
    private final Map<Integer, RangeAssigner> assigners = new TreeMap<>();
    private final Map<Integer, Long> heads = new TreeMap<>();
    private final TreeSet<Integer> waiting = new TreeSet<>();

    /** Readers that were told that there is no more; one may be gone by its next request. */
    private final Set<Integer> dismissed = new HashSet<>();

    private final CheckpointReports reports = new CheckpointReports();
    private final Map<Integer, List<EventLogSplit>> returned = new TreeMap<>();
    private boolean begun;
    private boolean bulkRecorded;

    EventLogEnumerator(
            SplitEnumeratorContext<EventLogSplit> context,
            SourceOptions options,
            EventLog<E> log,
            RunJournal journal) {
        this.context = context;
        this.options = options;
        this.log = log;
        this.journal = journal;
    }

    EventLogEnumerator(
            SplitEnumeratorContext<EventLogSplit> context,
            SourceOptions options,
            EventLog<E> log,
            RunJournal journal,
            EnumeratorState state) {
        this(context, options, log, journal);
        heads.putAll(state.heads());
        for (AssignerState known : state.assigners()) {
            assigners.put(
                    known.tag(),
                    RangeAssigner.restore(known, options.batchSize(), options.continuous()));
        }
    }

    @Override
    public void start() {
        if (options.endsWithACheckpoint()) {
            context.setIsProcessingBacklog(true);
        }
        context.callAsync(
                () -> {
                    take();
                    return readHeads();
                },
                this::onHeads);
        long poll = Math.max(1, options.pollInterval().toMillis());
        context.callAsync(this::readHeads, this::onHeads, poll, poll);
    }

    /** On the I/O thread. A refusal is no failure of the migration: another job may run it. */
    private void take() {
        try {
            journal.started();
        } catch (MigrationException e) {
            throw StopForGood.orRetry(e);
        }
    }

    /** On the I/O thread. */
    private Map<Integer, Long> readHeads() {
        Map<Integer, Long> now = new TreeMap<>();
        options.starts().keySet().forEach(tag -> now.put(tag, log.head(tag)));
        return now;
    }

    private void onHeads(Map<Integer, Long> now, Throwable failure) {
        if (failure != null) {
            throw stop(failure);
        }
        now.forEach(
                (tag, head) -> {
                    long before = heads.getOrDefault(tag, 0L);
                    if (head < before && log.dense()) {
                        throw stop(MovedBack.error(tag, before, head));
                    }
                    heads.put(tag, Math.max(before, head));
                });
        if (!begun && !now.containsValue(EventLog.UNKNOWN)) {
            options.starts()
                    .forEach((tag, start) -> begin(tag, start, bulkUntil(tag, now.get(tag))));
            begun = true;
        }
        assign();
    }

    private void begin(int tag, long start, long until) {
        RangeAssigner restored = assigners.get(tag);
        if (restored != null) {
            restored.extendBulk(until);
        } else {
            assigners.put(
                    tag,
                    RangeAssigner.fresh(
                            tag, options.batchSize(), start, until, options.continuous()));
        }
    }

    private long bulkUntil(int tag, long head) {
        return Math.min(head, options.ends().get(tag)) + 1;
    }

    @Override
    public void handleSplitRequest(int subtask, String hostname) {
        waiting.add(subtask);
        assign();
    }

    private void assign() {
        if (!begun) {
            return;
        }
        waiting.retainAll(context.registeredReaders().keySet());
        for (Integer subtask : List.copyOf(waiting)) {
            Optional<EventLogSplit> range = nextRange();
            if (range.isPresent()) {
                waiting.remove(subtask);
                context.assignSplit(range.get(), subtask);
            } else if (assigners.values().stream().allMatch(RangeAssigner::exhausted)) {
                waiting.remove(subtask);
                if (options.endsWithACheckpoint() && dismissed.isEmpty() && allReadersAreThere()) {
                    // Flink tells every reader, and fails the job when one is gone by then.
                    context.setIsProcessingBacklog(false);
                }
                if (dismissed.add(subtask)) {
                    context.signalNoMoreSplits(subtask);
                }
            }
        }
        if (assigners.values().stream().allMatch(RangeAssigner::bulkDone)) {
            assignTails();
        }
    }

    private Optional<EventLogSplit> nextRange() {
        return assigners.values().stream()
                .map(RangeAssigner::nextRange)
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** All bulk is applied: the tails, one per log, are spread over the readers. */
    private void assignTails() {
        if (!allReadersAreThere()) {
            return;
        }
        int readers = context.currentParallelism();
        int reader = 0;
        for (RangeAssigner assigner : assigners.values()) {
            Optional<EventLogSplit> tail = assigner.tail();
            if (tail.isPresent()) {
                context.assignSplit(tail.get(), reader++ % readers);
            }
        }
    }

    private boolean allReadersAreThere() {
        return context.registeredReaders().size() == context.currentParallelism();
    }

    @Override
    public void addReader(int subtask) {
        dismissed.remove(subtask);
        List<EventLogSplit> splits = returned.remove(subtask);
        if (splits != null) {
            splits.forEach(split -> context.assignSplit(split, subtask));
        }
        assign();
    }

    /**
     * A reader was lost, and with it what it was given since the last completed checkpoint; it gets
     * that back when it comes again. What it reported of later checkpoints never came to be.
     */
    @Override
    public void addSplitsBack(List<EventLogSplit> splits, int subtask) {
        waiting.remove(subtask);
        reports.forget(subtask);
        if (!splits.isEmpty()) {
            returned.computeIfAbsent(subtask, none -> new ArrayList<>()).addAll(splits);
        }
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        if (!(event instanceof ReaderReport report)) {
            throw new IllegalStateException("Unknown event from reader " + subtask + ": " + event);
        }
        if (reports.add(subtask, report)) {
            recordCompleted();
        }
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        reports.completed(checkpointId);
        recordCompleted();
    }

    private void recordCompleted() {
        reports.take().forEach(p -> assigners.get(p.tag()).applied(p.toSplit()));
        List<TagProgress> progress = progress();
        boolean bulkJustDone =
                !bulkRecorded
                        && options.continuous()
                        && begun
                        && assigners.values().stream().allMatch(RangeAssigner::bulkDone);
        bulkRecorded |= bulkJustDone;
        context.callAsync(
                () -> {
                    journal.progress(progress);
                    if (bulkJustDone) {
                        journal.bulkCopyDone();
                    }
                    return progress;
                },
                (done, failure) -> {
                    if (failure != null) {
                        throw stop(failure);
                    }
                });
    }

    private List<TagProgress> progress() {
        return assigners.values().stream()
                .map(a -> a.progress(heads.getOrDefault(a.tag(), 0L)))
                .toList();
    }

    private RuntimeException stop(Throwable failure) {
        if (failure instanceof SuppressRestartsException refused) {
            return refused;
        }
        MigrationException known = MigrationException.in(failure);
        if (known == null) {
            return new IllegalStateException("The coordinator failed: " + failure, failure);
        }
        RuntimeException stop = StopForGood.orRetry(known);
        if (stop != known) {
            journal.failed(known);
        }
        return stop;
    }

    @Override
    public EnumeratorState snapshotState(long checkpointId) {
        if (!returned.isEmpty()) {
            // Neither this state nor a reader's would have them: this checkpoint must not complete.
            throw new IllegalStateException(
                    "Splits of readers that have not come back: " + returned);
        }
        return new EnumeratorState(
                assigners.values().stream().map(RangeAssigner::state).toList(), heads);
    }

    @Override
    public void close() {
        try (journal) {
            log.close();
        }
    }
}
