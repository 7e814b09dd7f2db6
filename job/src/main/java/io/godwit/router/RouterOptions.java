package io.godwit.router;

import java.time.Duration;

/**
 * How patient and how current a {@link TenantStoreRouter} is.
 *
 * @param writePauseTimeout longest wait of an append for its tenant's writes, over all stores it is
 *     sent to; {@code write_pause_timeout_ms} of the specs
 * @param routeMaxAge a read asks the database for the route if the known one is older; zero asks
 *     with every read
 * @param listen keep one connection per store in use to hear of new routes at once; without it
 *     appends are as right, and reads notice within {@code routeMaxAge}
 */
public record RouterOptions(Duration writePauseTimeout, Duration routeMaxAge, boolean listen) {

    public static final RouterOptions DEFAULTS =
            new RouterOptions(Duration.ofSeconds(5), Duration.ofSeconds(1), true);

    public RouterOptions {
        if (writePauseTimeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "write pause timeout " + writePauseTimeout + " is below 1 ms");
        }
        if (routeMaxAge.isNegative()) {
            throw new IllegalArgumentException("route max age " + routeMaxAge + " is negative");
        }
    }
}
