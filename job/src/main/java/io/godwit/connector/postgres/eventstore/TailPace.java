package io.godwit.connector.postgres.eventstore;

import java.time.Duration;

/**
 * How often a tail looks at its store: at once after events of its tenants, and less and less often
 * while there are none, so that an idle tenant costs the store little. Pure; used by one thread.
 */
final class TailPace {

    private static final long SHORTEST = Duration.ofMillis(5).toNanos();
    private static final long LONGEST = Duration.ofMillis(20).toNanos();

    private long wait;
    private long due = Long.MIN_VALUE;

    /**
     * @param now as of {@link System#nanoTime()}
     */
    boolean isDue(long now) {
        return due == Long.MIN_VALUE || now - due >= 0;
    }

    void looked(long now) {
        due = now + wait;
        wait = wait == 0 ? SHORTEST : Math.min(LONGEST, 2 * wait);
    }

    /** More may follow soon. */
    void foundEvents() {
        wait = 0;
        due = Long.MIN_VALUE;
    }
}
