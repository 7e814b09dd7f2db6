package io.godwit.ledger;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How fast a migration was of late, as its completed checkpoints say. What they do not say is
 * empty, with the reason.
 *
 * @param eventsPerSecond events applied per second, those included that were there already
 * @param sequencesPerSecond by so much applied-through grew, of all logs together
 * @param unknownBecause "" where both are there
 */
public record ProgressRate(
        OptionalDouble eventsPerSecond, OptionalDouble sequencesPerSecond, String unknownBecause) {

    /** Long enough for checkpoints to even out, short enough for "of late". */
    static final Duration WINDOW = Duration.ofSeconds(60);

    /** After so many intervals without a checkpoint the last rate is of another time. */
    private static final int LATE = 3;

    public static ProgressRate unknown(String why) {
        return new ProgressRate(OptionalDouble.empty(), OptionalDouble.empty(), why);
    }

    /**
     * Over the last minute before the last sample; where checkpoints are rarer than that, over the
     * last interval.
     *
     * @param samples of one flow, oldest first
     */
    static ProgressRate of(List<ProgressSample> samples, Instant now) {
        if (samples.size() < 2) {
            return unknown("fewer than two checkpoints were recorded");
        }
        ProgressSample last = samples.get(samples.size() - 1);
        ProgressSample before = samples.get(samples.size() - 2);
        Duration silence = Duration.between(last.at(), now);
        Duration interval = Duration.between(before.at(), last.at());
        if (silence.compareTo(WINDOW) > 0 && silence.compareTo(interval.multipliedBy(LATE)) > 0) {
            return unknown("no checkpoint was recorded for " + silence.toSeconds() + " s");
        }
        Instant begin = last.at().minus(WINDOW);
        ProgressSample first =
                samples.stream().filter(s -> !s.at().isBefore(begin)).findFirst().orElseThrow();
        if (first == last) {
            first = before;
        }
        double seconds = Duration.between(first.at(), last.at()).toNanos() / 1e9;
        long events = last.events() - first.events();
        long sequences = last.appliedThrough() - first.appliedThrough();
        if (seconds <= 0 || events < 0 || sequences < 0) {
            return unknown("the last checkpoints are of different runs");
        }
        return new ProgressRate(
                OptionalDouble.of(events / seconds), OptionalDouble.of(sequences / seconds), "");
    }
}
