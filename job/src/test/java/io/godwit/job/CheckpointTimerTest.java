package io.godwit.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CheckpointTimerTest {

    @ParameterizedTest(name = "at most {0} ms and {1} events apart: every {2} ms")
    @CsvSource({
        "10000,   50000,  2500",
        "10000,  500000, 10000",
        "10000, 5000000, 10000",
        "10000,    4001,   200",
        "10000,       1,   200",
        "  500,   50000,   500",
        "   50,       1,    50",
        "10000,   25000,  1250",
    })
    void timerRunsOftenEnoughForBothBounds(long interval, long size, long expected) {
        assertThat(CheckpointTimer.interval(Duration.ofMillis(interval), size, 20_000))
                .isEqualTo(Duration.ofMillis(expected));
    }

    @Test
    void timerNeverRunsLessOftenThanTheIntervalSays() {
        Duration interval = Duration.ofSeconds(7);
        for (long size = 1; size < Long.MAX_VALUE / 3; size *= 3) {
            assertThat(CheckpointTimer.interval(interval, size, 100_000))
                    .as("size %d", size)
                    .isPositive()
                    .isLessThanOrEqualTo(interval);
        }
    }
}
