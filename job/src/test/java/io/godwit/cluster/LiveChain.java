package io.godwit.cluster;

import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainTables;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The service that goes on writing while Godwit copies: some blocks at a time, and every few times
 * a reorg, each time deeper up to a bound. The history is its thread's own until {@link #stop}.
 */
final class LiveChain implements AutoCloseable {

    private static final int BLOCKS = 4;
    private static final int DEEPEST = 9;
    private static final long PAUSE_MILLIS = 50;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> writing;
    private final AtomicLong head;
    private int times;

    private LiveChain(ChainTables tables, ChainHistory history) {
        head = new AtomicLong(history.lastSequence());
        writing =
                thread.scheduleWithFixedDelay(
                        () -> append(tables, history), 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    static LiveChain on(ChainTables tables, ChainHistory history) {
        return new LiveChain(tables, history);
    }

    private void append(ChainTables tables, ChainHistory history) {
        long from = history.nextSequence();
        if (++times % 3 == 0) {
            history.reorg(1 + times % DEEPEST);
        }
        history.blocks(BLOCKS);
        if (times % 5 == 0) {
            history.skipped(1);
        }
        tables.putSince(history, from);
        head.set(history.lastSequence());
    }

    /** The event watermark in the source. */
    long head() {
        return head.get();
    }

    /** Returns when nothing writes any more. */
    void stop() {
        writing.cancel(false);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The writer does not end; its head is " + head);
            }
            if (!writing.isCancelled()) {
                writing.get();
                throw new IllegalStateException("The writer ended by itself at " + head);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while stopping the writer", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The writer failed at " + head, e.getCause());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
