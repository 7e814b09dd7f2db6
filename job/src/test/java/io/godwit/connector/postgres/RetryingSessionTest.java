package io.godwit.connector.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.RetryPolicy;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RetryingSessionTest {

    private static final RetryPolicy<Object> AT_ONCE =
            RetryingSession.whileAway(Duration.ofMillis(1), Duration.ofMillis(2));

    private final AtomicInteger opened = new AtomicInteger();

    private RetryingSession away(CircuitBreaker<Object> breaker) {
        return new RetryingSession(
                "jdbc:postgresql://away/store",
                AT_ONCE,
                breaker,
                () -> {
                    opened.incrementAndGet();
                    throw new SQLException("no answer", "08001");
                },
                connection -> {});
    }

    @Test
    void aServerThatIsAwayIsNotCalledAnyMoreByAnybody() {
        CircuitBreaker<Object> breaker = ServerBreakers.create(Duration.ofHours(1));

        assertThatThrownBy(() -> away(breaker).call("Writing", c -> 1))
                .isInstanceOfSatisfying(
                        MigrationException.class,
                        e -> assertThat(e.recoverability()).isEqualTo(Recoverability.TRANSIENT))
                .hasMessageContaining("jdbc:postgresql://away/store")
                .hasMessageContaining("look whether it runs");
        assertThat(opened).hasValue(5);

        assertThatThrownBy(() -> away(breaker).call("Writing", c -> 1))
                .isInstanceOf(MigrationException.class);
        assertThat(opened).as("calls of another session").hasValue(5);
    }

    @Test
    void aServerThatHasAnErrorOfOursIsCalledAgain() {
        CircuitBreaker<Object> breaker = ServerBreakers.create(Duration.ofHours(1));
        RetryingSession session =
                new RetryingSession(
                        "jdbc:postgresql://wrong/store",
                        AT_ONCE,
                        breaker,
                        () -> {
                            opened.incrementAndGet();
                            throw new SQLException("permission denied", "42501");
                        },
                        connection -> {});

        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> session.call("Writing", c -> 1))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("permission denied");
        }
        assertThat(opened).hasValue(10);
    }
}
