package io.godwit.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

final class ProgressRateTest {

    private static final Instant BEGIN = Instant.parse("2026-11-21T12:00:00Z");

    /** Triples of seconds, applied-through and events. */
    private static List<ProgressSample> samples(long... numbers) {
        List<ProgressSample> samples = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += 3) {
            samples.add(
                    new ProgressSample(
                            BEGIN.plusSeconds(numbers[i]), numbers[i + 1], numbers[i + 2]));
        }
        return samples;
    }

    private static ProgressRate at(long second, List<ProgressSample> samples) {
        return ProgressRate.of(samples, BEGIN.plusSeconds(second));
    }

    private static void assertRate(ProgressRate rate, double events, double sequences) {
        assertThat(rate.unknownBecause()).isEmpty();
        assertThat(rate.eventsPerSecond().orElseThrow()).isCloseTo(events, Assertions.within(1e-9));
        assertThat(rate.sequencesPerSecond().orElseThrow())
                .isCloseTo(sequences, Assertions.within(1e-9));
    }

    private static void assertUnknown(ProgressRate rate, String why) {
        assertThat(rate.eventsPerSecond()).isEmpty();
        assertThat(rate.sequencesPerSecond()).isEmpty();
        assertThat(rate.unknownBecause()).contains(why);
    }

    @Test
    void oneCheckpointSaysNothingOfARate() {
        assertUnknown(at(1, samples()), "fewer than two");
        assertUnknown(at(1, samples(0, 500, 100)), "fewer than two");
    }

    @Test
    void rateIsThatOfTheLastMinuteAndNotOfAllTime() {
        assertRate(at(101, samples(0, 0, 0, 40, 10, 10, 50, 20, 10, 100, 120, 310)), 5, 110 / 60.0);
    }

    @Test
    void whereCheckpointsAreRareItIsThatOfTheLastInterval() {
        assertRate(at(1300, samples(0, 0, 0, 600, 50, 10, 1200, 650, 310)), 0.5, 1);
    }

    @Test
    void flowThatIsIdleHasARateOfZero() {
        assertRate(at(11, samples(0, 50, 50, 10, 50, 50)), 0, 0);
    }

    @Test
    void rateOfLongAgoIsNoneOfNow() {
        List<ProgressSample> everySecond = samples(0, 0, 0, 1, 10, 10);
        assertRate(at(61, everySecond), 10, 10);
        assertUnknown(at(62, everySecond), "for 61 s");
        List<ProgressSample> everyTenMinutes = samples(0, 0, 0, 600, 600, 600);
        assertRate(at(2400, everyTenMinutes), 1, 1);
        assertUnknown(at(2401, everyTenMinutes), "for 1801 s");
    }

    @Test
    void numbersThatWentBackAreOfAnotherRun() {
        assertUnknown(at(2, samples(0, 90, 10, 1, 40, 10)), "different runs");
        assertUnknown(at(2, samples(0, 40, 10, 1, 40, 9)), "different runs");
        assertUnknown(at(2, samples(1, 40, 10, 1, 40, 10)), "different runs");
        assertThat(ProgressRate.WINDOW).isEqualTo(Duration.ofMinutes(1));
    }
}
