package io.godwit.router;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * What the router believes about each tenant, and since when. Any number of threads.
 *
 * <p>A belief is replaced by a newer decision (higher epoch), or by what the databases themselves
 * said, if nobody has replaced it meanwhile. A belief in doubt is confirmed by the next read.
 * Nothing is ever decided by it: the databases refuse what is wrong.
 */
final class RouteCache {

    /** Compared by identity, so that a late confirmation does not undo a newer doubt. */
    static final class Belief {
        private final Route route;
        private final long asOf;
        private final boolean doubted;

        private Belief(Route route, long asOf, boolean doubted) {
            this.route = route;
            this.asOf = asOf;
            this.doubted = doubted;
        }

        Route route() {
            return route;
        }
    }

    private final ConcurrentMap<String, Belief> beliefs = new ConcurrentHashMap<>();
    private final Route unknown;
    private final long maxAgeNanos;
    private final LongSupplier clock;

    RouteCache(String defaultStoreId, long maxAgeNanos, LongSupplier clock) {
        this.unknown = new Route(defaultStoreId, 0);
        this.maxAgeNanos = maxAgeNanos;
        this.clock = clock;
    }

    long now() {
        return clock.getAsLong();
    }

    /** The default store for a tenant that nothing is known about. */
    Belief of(String tenant) {
        return beliefs.computeIfAbsent(tenant, t -> new Belief(unknown, now(), true));
    }

    boolean isCurrent(Belief belief) {
        return !belief.doubted && now() - belief.asOf < maxAgeNanos;
    }

    /** A decision that a database announced. */
    void learn(String tenant, Route decided) {
        beliefs.compute(
                tenant,
                (t, old) ->
                        old != null && old.route.epoch() >= decided.epoch()
                                ? old
                                : new Belief(decided, now(), false));
    }

    /** What the databases said, asked at a time: replaces the belief that was the reason to ask. */
    void confirm(String tenant, Belief asked, Route route, long asOf) {
        beliefs.computeIfPresent(
                tenant, (t, old) -> old == asked ? new Belief(route, asOf, false) : old);
    }

    /**
     * A store has acknowledged an append that began at a time with a belief: it took the tenant's
     * appends then. If by now another store is believed in, either may be the older truth.
     */
    void appended(String tenant, Belief began, String storeId, long asOf) {
        beliefs.computeIfPresent(
                tenant,
                (t, old) -> {
                    if (!old.route.storeId().equals(storeId)) {
                        return new Belief(old.route, old.asOf, true);
                    }
                    return old == began ? new Belief(old.route, asOf, false) : old;
                });
    }

    void doubt(String tenant) {
        beliefs.computeIfPresent(tenant, (t, old) -> new Belief(old.route, old.asOf, true));
    }

    /** What this store announced may have been missed. */
    void doubtStore(String storeId) {
        beliefs.replaceAll(
                (t, old) ->
                        old.route.storeId().equals(storeId)
                                ? new Belief(old.route, old.asOf, true)
                                : old);
    }
}
