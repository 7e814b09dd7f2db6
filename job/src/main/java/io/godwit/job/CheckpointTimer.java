package io.godwit.job;

import java.time.Duration;

/**
 * How often Flink's checkpoint timer runs, so that both bounds of the spec hold: at most
 * checkpoint_interval apart, and often enough that checkpoint_size does not hold the copy back.
 *
 * <p>Readers stop when checkpoint_size events are read but not yet inside a completed checkpoint.
 * The timer runs every checkpoint_size / 20,000 seconds, but not more than five times a second: a
 * checkpoint costs as much as copying some hundred events, and one PostgreSQL was not seen to take
 * many more than 20,000 a second. Whoever copies faster raises checkpoint_size.
 */
public final class CheckpointTimer {

    private static final long EVENTS_PER_MILLI = 20;
    private static final Duration LEAST = Duration.ofMillis(200);

    private CheckpointTimer() {}

    public static Duration interval(Duration checkpointInterval, long checkpointSize) {
        Duration bySize = Duration.ofMillis(checkpointSize / EVENTS_PER_MILLI);
        Duration wanted = bySize.compareTo(LEAST) < 0 ? LEAST : bySize;
        return checkpointInterval.compareTo(wanted) < 0 ? checkpointInterval : wanted;
    }
}
