package io.godwit.demo;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** The application that keeps writing to the source: it adds to the chain until it is stopped. */
final class SourceWriter implements AutoCloseable {

    private static final long PAUSE_MILLIS = 50;

    private final GeneratedChain chain;
    private final long first;
    private final int reorgsBefore;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> work;

    SourceWriter(GeneratedChain chain) {
        this.chain = chain;
        this.first = chain.lastSequence() + 1;
        this.reorgsBefore = chain.reorgs();
        this.work =
                thread.scheduleWithFixedDelay(
                        chain::append, 0, PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    long events() {
        return chain.lastSequence() - first + 1;
    }

    int reorgs() {
        return chain.reorgs() - reorgsBefore;
    }

    /**
     * Stops when what it has begun is written.
     *
     * @throws IllegalStateException if it has failed
     */
    void stop() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The writer did not stop within 30 seconds");
            }
            if (!work.isCancelled()) {
                work.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("The writer failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the writer stopped", e);
        }
    }

    @Override
    public void close() {
        stop();
    }
}
