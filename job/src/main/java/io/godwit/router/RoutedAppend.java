package io.godwit.router;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One append on its way to the store that takes it. Every refusal means that nothing was stored, so
 * the next try cannot double anything; what was acknowledged is never tried again.
 *
 * <p>It follows each refusal, whatever its epoch: between the switch in the old store and the
 * opening of the new one both refuse and name each other, until the new one opens. A store that has
 * refused before is asked again after a wait, 1 ms and then twice as long each time up to 50 ms.
 * The time that is left of the write pause timeout bounds the waits for locks and the number of
 * tries.
 */
final class RoutedAppend {

    private static final long LONGEST_WAIT_MS = 50;

    private final TenantStoreRouter router;
    private final StreamId stream;
    private final List<NewEvent> events;
    private final ExpectedVersion expected;
    private final String tenant;
    private final long started = System.nanoTime();
    private final Set<String> refusedBy = new HashSet<>();
    private long waitMs = 1;

    RoutedAppend(
            TenantStoreRouter router,
            StreamId stream,
            List<NewEvent> events,
            ExpectedVersion expected) {
        this.router = router;
        this.stream = stream;
        this.events = events;
        this.expected = expected;
        this.tenant = stream.tenantId().toString();
    }

    AppendResult run() {
        RouteCache.Belief belief = router.routes().of(tenant);
        String storeId = belief.route().storeId();
        EventStoreException refusal = null;
        while (true) {
            Duration left = router.options().writePauseTimeout().minus(elapsed());
            if (left.toMillis() < 1) {
                throw new WritePausedException(tenant, elapsed().toMillis(), refusal);
            }
            Route next;
            try {
                long asOf = router.routes().now();
                AppendResult result = router.store(storeId).append(stream, events, expected, left);
                router.routes().appended(tenant, belief, storeId, asOf);
                return result;
            } catch (TenantMovedException e) {
                refusal = e;
                next = e.route();
            } catch (OptimisticLockException e) {
                // The version was read before the fence was met: in a store that the tenant has
                // left it is an old one, and no reason to refuse.
                next = router.movedFrom(storeId, tenant).orElseThrow(() -> e);
                refusal = e;
            } catch (EventStoreException e) {
                if (SqlStates.LOCK_NOT_AVAILABLE.equals(e.sqlState())) {
                    throw new WritePausedException(tenant, elapsed().toMillis(), e);
                }
                throw e;
            }
            storeId = follow(storeId, next, left);
        }
    }

    private String follow(String from, Route next, Duration left) {
        router.store(next.storeId());
        router.routes().learn(tenant, next);
        router.redirected(next.storeId());
        refusedBy.add(from);
        if (refusedBy.contains(next.storeId())) {
            pause(Math.min(waitMs, left.toMillis()));
            waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
        }
        return next.storeId();
    }

    private void pause(long ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventStoreException(
                    "Interrupted while writes of tenant "
                            + tenant
                            + " are paused; nothing was stored",
                    e);
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
