package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.testkit.Waiting;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class BulkPaceTest {

    private static Duration timeOf(BulkPace pace, int times, int events) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            pace.take(events);
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void readingIsNoFasterThanTheShare() throws Exception {
        assertThat(timeOf(new BulkPace(10_000), 6, 100))
                .isGreaterThanOrEqualTo(Duration.ofMillis(60));
    }

    @Test
    void creditDoesNotPileUpWhileNothingIsRead() throws Exception {
        BulkPace idle = new BulkPace(10_000);
        timeOf(new BulkPace(10_000), 1, 400);
        assertThat(timeOf(idle, 1, 200)).isGreaterThanOrEqualTo(Duration.ofMillis(20));
    }

    @Test
    void noLimitNeverWaits() throws Exception {
        timeOf(new BulkPace(0), 1_000_000, Integer.MAX_VALUE);
    }

    @Test
    void interruptEndsTheWait() {
        BulkPace slow = new BulkPace(0.001);
        try (Waiting<Void> take =
                Waiting.on(
                        () -> {
                            slow.take(1);
                            return null;
                        })) {
            take.awaitParked().interrupt();
            assertThatThrownBy(take::result).hasCauseInstanceOf(InterruptedException.class);
        }
    }
}
