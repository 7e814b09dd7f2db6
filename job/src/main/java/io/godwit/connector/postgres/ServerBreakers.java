package io.godwit.connector.postgres;

import dev.failsafe.CircuitBreaker;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One circuit breaker for each server, shared by all sessions of this process: when a server has
 * not answered five calls in a row, whoever's they were, nobody calls it for a while; then one call
 * after the other tries, and two that succeed close it. A server that comes back is not met by
 * everybody at once. Any thread; forgotten with the process.
 */
final class ServerBreakers {

    /** eventsource-py's: five failures open it, two successes close it. */
    private static final int FAILURES = 5;

    private static final int SUCCESSES = 2;

    /** Shorter than the retries of one call, so that a short outage is survived within it. */
    private static final Duration OPEN = Duration.ofSeconds(2);

    private static final Map<String, CircuitBreaker<Object>> BY_SERVER = new ConcurrentHashMap<>();

    private ServerBreakers() {}

    /**
     * @param server what names it in messages, without secrets
     */
    static CircuitBreaker<Object> of(String server) {
        return BY_SERVER.computeIfAbsent(server, name -> create(OPEN));
    }

    static CircuitBreaker<Object> create(Duration open) {
        return CircuitBreaker.builder()
                .handleIf(e -> e instanceof SQLException sql && PostgresErrors.isTransient(sql))
                .withFailureThreshold(FAILURES)
                .withSuccessThreshold(SUCCESSES)
                .withDelay(open)
                .build();
    }
}
