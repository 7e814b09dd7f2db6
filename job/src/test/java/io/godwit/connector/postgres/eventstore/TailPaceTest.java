package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class TailPaceTest {

    private final TailPace pace = new TailPace();
    private long now = -500;

    @Test
    void theFirstLookIsDueAndSoIsTheOneAfterIt() {
        assertThat(waits()).isZero();
        assertThat(waits()).isZero();
    }

    @Test
    void whereNothingIsFoundItLooksLessAndLessOftenUpToALimit() {
        waits();
        waits();
        assertThat(new long[] {waits(), waits(), waits(), waits()}).containsExactly(5, 10, 20, 20);
    }

    @Test
    void afterEventsItLooksAtOnce() {
        for (int i = 0; i < 6; i++) {
            waits();
        }
        pace.foundEvents();
        assertThat(waits()).isZero();
        assertThat(waits()).isZero();
        assertThat(waits()).isEqualTo(5);
    }

    /** How many milliseconds until the next look is due, which is then taken. */
    private long waits() {
        long millis = 0;
        while (!pace.isDue(now)) {
            now += Duration.ofMillis(1).toNanos();
            millis++;
        }
        pace.looked(now);
        return millis;
    }
}
