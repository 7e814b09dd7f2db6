package io.godwit.cli;

import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainTables;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The source's own streamer: it adds a block as fast as the store takes it, until it is closed. */
final class SteadyWriter implements AutoCloseable {

    private final Thread thread;
    private final CountDownLatch first = new CountDownLatch(3);
    private volatile boolean stopped;

    SteadyWriter(ChainTables tables, ChainHistory history) {
        thread =
                new Thread(
                        () -> {
                            while (!stopped) {
                                long next = history.nextSequence();
                                history.blocks(1);
                                tables.putSince(history, next);
                                first.countDown();
                            }
                        },
                        "steady-writer");
        thread.start();
    }

    void awaitThreeEvents() throws InterruptedException {
        if (!first.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("The writer has not written three events");
        }
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        thread.join();
    }
}
