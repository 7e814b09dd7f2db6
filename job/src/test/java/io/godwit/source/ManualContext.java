package io.godwit.source;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/**
 * An enumerator's context whose asynchronous calls run when the test says so, on the test's thread.
 * What a handler throws reaches the test; in Flink it fails the job.
 */
final class ManualContext implements SplitEnumeratorContext<EventLogSplit> {

    private final int parallelism;
    private final Map<Integer, ReaderInfo> readers = new HashMap<>();
    private final Deque<Runnable> once = new ArrayDeque<>();
    private final List<Runnable> periodic = new ArrayList<>();

    final Map<Integer, List<EventLogSplit>> assigned = new TreeMap<>();
    final List<Integer> noMoreSplits = new ArrayList<>();
    final Map<Integer, List<SourceEvent>> sent = new TreeMap<>();
    Boolean backlog;

    ManualContext(int parallelism) {
        this.parallelism = parallelism;
    }

    void register(int subtask) {
        readers.put(subtask, new ReaderInfo(subtask, "localhost"));
    }

    void unregister(int subtask) {
        readers.remove(subtask);
    }

    @Override
    public void setIsProcessingBacklog(boolean isProcessingBacklog) {
        // Flink tells every reader, and an event that one does not get fails the job.
        if (!noMoreSplits.isEmpty() || !isProcessingBacklog && readers.size() < parallelism) {
            throw new IllegalStateException(
                    "Readers may be gone: " + noMoreSplits + " of " + readers.keySet());
        }
        backlog = isProcessingBacklog;
    }

    /** Runs what was asked for once, and what that asks for. */
    void runAsync() {
        while (!once.isEmpty()) {
            once.remove().run();
        }
    }

    /** One turn of what runs periodically. */
    void tick() {
        List.copyOf(periodic).forEach(Runnable::run);
    }

    List<EventLogSplit> assignedTo(int subtask) {
        return assigned.getOrDefault(subtask, List.of());
    }

    List<EventLogSplit> allAssigned() {
        return assigned.values().stream().flatMap(List::stream).toList();
    }

    @Override
    public SplitEnumeratorMetricGroup metricGroup() {
        return UnregisteredMetricsGroup.createSplitEnumeratorMetricGroup();
    }

    @Override
    public void sendEventToSourceReader(int subtask, SourceEvent event) {
        sent.computeIfAbsent(subtask, s -> new ArrayList<>()).add(event);
    }

    @Override
    public int currentParallelism() {
        return parallelism;
    }

    @Override
    public Map<Integer, ReaderInfo> registeredReaders() {
        return Map.copyOf(readers);
    }

    @Override
    public void assignSplits(SplitsAssignment<EventLogSplit> assignment) {
        assignment
                .assignment()
                .forEach(
                        (subtask, splits) -> {
                            if (!readers.containsKey(subtask)) {
                                throw new IllegalArgumentException("No reader " + subtask);
                            }
                            assigned.computeIfAbsent(subtask, s -> new ArrayList<>())
                                    .addAll(splits);
                        });
    }

    @Override
    public void signalNoMoreSplits(int subtask) {
        noMoreSplits.add(subtask);
    }

    @Override
    public <T> void callAsync(Callable<T> call, BiConsumer<T, Throwable> handler) {
        once.add(() -> run(call, handler));
    }

    @Override
    public <T> void callAsync(
            Callable<T> call, BiConsumer<T, Throwable> handler, long delay, long period) {
        periodic.add(() -> run(call, handler));
    }

    private static <T> void run(Callable<T> call, BiConsumer<T, Throwable> handler) {
        T result = null;
        Throwable failure = null;
        try {
            result = call.call();
        } catch (Exception e) {
            failure = e;
        }
        handler.accept(result, failure);
    }

    @Override
    public void runInCoordinatorThread(Runnable runnable) {
        once.add(runnable);
    }
}
