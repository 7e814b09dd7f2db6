package io.godwit.source;

import java.util.concurrent.locks.LockSupport;

/**
 * Keeps one reader's bulk copy at its share of {@code max_bulk_copy_rate}. Used by the fetcher
 * thread alone; credit does not pile up while nothing is read.
 */
final class BulkPace {

    private final double eventsPerNano;
    private long freeAt = System.nanoTime();

    /**
     * @param eventsPerSecond this reader's share; 0 for no limit
     */
    BulkPace(double eventsPerSecond) {
        this.eventsPerNano = eventsPerSecond / 1e9;
    }

    /** Waits until so many events may be read. */
    void take(int events) throws InterruptedException {
        if (eventsPerNano == 0) {
            return;
        }
        long now = System.nanoTime();
        freeAt = Math.max(freeAt, now) + (long) (events / eventsPerNano);
        while ((now = System.nanoTime()) < freeAt) {
            LockSupport.parkNanos(freeAt - now);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
