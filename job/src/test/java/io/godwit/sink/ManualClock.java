package io.godwit.sink;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ScheduledFuture;
import org.apache.flink.api.common.operators.ProcessingTimeService;

/** Time that stands still until a test moves it. Timers cannot be cancelled. */
final class ManualClock implements ProcessingTimeService {

    private record Timer(long due, ProcessingTimeCallback callback) {}

    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::due));
    private long now = 1_000_000;

    /** Moves on, firing each timer at its time. */
    void advance(long millis) throws Exception {
        long end = now + millis;
        while (!timers.isEmpty() && timers.peek().due <= end) {
            Timer timer = timers.remove();
            now = timer.due;
            timer.callback.onProcessingTime(timer.due);
        }
        now = end;
    }

    int timers() {
        return timers.size();
    }

    @Override
    public long getCurrentProcessingTime() {
        return now;
    }

    @Override
    public ScheduledFuture<?> registerTimer(long due, ProcessingTimeCallback callback) {
        timers.add(new Timer(due, callback));
        return null;
    }
}
