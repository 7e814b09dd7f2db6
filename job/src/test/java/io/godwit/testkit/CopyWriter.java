package io.godwit.testkit;

import io.godwit.model.ApplyResult;
import io.godwit.model.RankedEvent;
import io.godwit.port.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * One of the writers of a copy: collects batches and applies them on a thread of its own, in order,
 * beside the other writers. Used by one thread.
 */
final class CopyWriter implements AutoCloseable {

    private final Target<RankedEvent> target;
    private final int batchSize;
    private final int deliveries;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final List<Future<ApplyResult>> applied = new ArrayList<>();
    private List<RankedEvent> batch = new ArrayList<>();

    CopyWriter(Target<RankedEvent> target, int batchSize, int deliveries) {
        this.target = target;
        this.batchSize = batchSize;
        this.deliveries = deliveries;
    }

    void write(RankedEvent event) {
        batch.add(event);
        if (batch.size() == batchSize) {
            apply();
        }
    }

    private void apply() {
        List<RankedEvent> full = batch;
        batch = new ArrayList<>();
        if (full.isEmpty()) {
            return;
        }
        for (int i = 0; i < deliveries; i++) {
            applied.add(thread.submit(() -> target.apply(full)));
        }
    }

    /** Applies what is left and waits for all of it. */
    ApplyResult flush() {
        apply();
        ApplyResult total = ApplyResult.NOTHING;
        try {
            for (Future<ApplyResult> result : applied) {
                total = total.plus(result.get());
            }
            return total;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("A batch failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a batch was applied", e);
        } finally {
            applied.clear();
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        target.close();
    }
}
