package io.godwit.router;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The failures of a mirror: all counted, the last ones kept. Any number of threads. */
final class WriteFailures {

    private final Deque<FailedWrite> kept = new ArrayDeque<>();
    private final int capacity;
    private long failures;
    private long events;
    private Instant first;
    private Instant last;

    WriteFailures(int capacity) {
        this.capacity = capacity;
    }

    synchronized void add(FailedWrite failure) {
        if (kept.size() == capacity) {
            kept.removeFirst();
        }
        kept.addLast(failure);
        failures++;
        events += failure.eventIds().size();
        first = first == null ? failure.at() : first;
        last = failure.at();
    }

    synchronized List<FailedWrite> history() {
        return List.copyOf(kept);
    }

    synchronized FailureStats stats() {
        int streams = (int) kept.stream().map(FailedWrite::stream).distinct().count();
        return new FailureStats(failures, events, first, last, streams);
    }

    synchronized void clear() {
        kept.clear();
        failures = 0;
        events = 0;
        first = null;
        last = null;
    }
}
