package io.godwit.job;

import java.time.Duration;

/**
 * How often Flink's checkpoint timer runs, so that both bounds of the spec hold: at most
 * checkpoint_interval apart, and often enough that checkpoint_size does not hold the copy back.
 *
 * <p>Readers stop when checkpoint_size events are read but not yet inside a completed checkpoint.
 * The timer runs as often as a copy at the kind's pace reads that many, but not more than five
 * times a second: a checkpoint costs as much as copying some hundred events. Whoever copies faster
 * raises checkpoint_size.
 */
public final class CheckpointTimer {

    /** No timer runs more often, unless checkpoint_interval asks for it. */
    static final Duration LEAST = Duration.ofMillis(200);

    private CheckpointTimer() {}

    /**
     * @param pace events per second that a copy of this kind is not expected to exceed
     */
    public static Duration interval(Duration checkpointInterval, long checkpointSize, long pace) {
        Duration bySize = Duration.ofMillis((long) (checkpointSize * 1000.0 / pace));
        Duration wanted = bySize.compareTo(LEAST) < 0 ? LEAST : bySize;
        return checkpointInterval.compareTo(wanted) < 0 ? checkpointInterval : wanted;
    }

    /** Once a bounded job has read everything it waits for two checkpoints and for nothing else. */
    static Duration atTheEnd(Duration whileReading) {
        return whileReading.compareTo(LEAST) < 0 ? whileReading : LEAST;
    }
}
