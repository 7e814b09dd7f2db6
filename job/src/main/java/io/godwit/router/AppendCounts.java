package io.godwit.router;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts appends. Any number of threads; tenants without appends under way take no memory. */
final class AppendCounts {

    private final Map<UUID, Integer> underWay = new ConcurrentHashMap<>();
    private final AtomicLong redirected = new AtomicLong();
    private final AtomicLong paused = new AtomicLong();

    void enter(UUID tenant) {
        underWay.merge(tenant, 1, Integer::sum);
    }

    void leave(UUID tenant) {
        underWay.computeIfPresent(tenant, (t, n) -> n == 1 ? null : n - 1);
    }

    int underWay(UUID tenant) {
        return underWay.getOrDefault(tenant, 0);
    }

    void redirected() {
        redirected.incrementAndGet();
    }

    void paused() {
        paused.incrementAndGet();
    }

    RouterCounts snapshot() {
        long now = underWay.values().stream().mapToLong(Integer::longValue).sum();
        return new RouterCounts(now, redirected.get(), paused.get());
    }
}
