package io.godwit.source;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bounds what one reader has read but not yet inside a completed checkpoint. The fetcher thread
 * takes from it and waits when it is used up; the main thread gives back when a checkpoint
 * completes.
 */
final class CheckpointBudget {

    private final long limit;
    private long taken;
    private long emitted;
    private long completed;
    private boolean woken;
    private final Deque<Mark> marks = new ArrayDeque<>();

    private record Mark(long checkpointId, long emitted) {}

    CheckpointBudget(long limit) {
        this.limit = limit;
    }

    /**
     * How many of {@code wanted} may be read now, waiting until that is at least one.
     *
     * @return 0 only when {@link #wakeUp} was called
     */
    synchronized int take(int wanted) throws InterruptedException {
        while (limit - (taken - completed) <= 0 && !woken) {
            wait();
        }
        if (woken) {
            woken = false;
            return 0;
        }
        int granted = (int) Math.min(wanted, limit - (taken - completed));
        taken += granted;
        return granted;
    }

    /** What was taken and not read. */
    synchronized void giveBack(int events) {
        taken -= events;
        notifyAll();
    }

    synchronized void emittedOne() {
        emitted++;
    }

    synchronized void snapshot(long checkpointId) {
        marks.add(new Mark(checkpointId, emitted));
    }

    synchronized void completed(long checkpointId) {
        while (!marks.isEmpty() && marks.peek().checkpointId <= checkpointId) {
            completed = marks.remove().emitted;
        }
        notifyAll();
    }

    synchronized void wakeUp() {
        woken = true;
        notifyAll();
    }
}
