package io.godwit.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.control.tenant.SwitchDirection;
import io.godwit.control.tenant.SwitchReport;
import io.godwit.control.tenant.TenantSwitcher;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantPair;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.TenantTail;
import io.godwit.testkit.TenantWriters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Switches one tenant to and fro under its writers: eight threads of an application, through the
 * router, two of them for another tenant. Every acknowledged event must be in the store that has
 * the tenant at the end, once. The switch is the real one; the tail is that of a job, in this
 * process, so that two hundred of them do not wait for two hundred jobs to start.
 */
final class CutoverBench {

    private static final Duration LEASE = Duration.ofMillis(500);
    private static final Duration BETWEEN = Duration.ofMillis(300);

    /** Of each of the eight: 1,200 appends a second in all, which leaves the machine some air. */
    private static final Duration EVERY = Duration.ofNanos(6_666_667);

    private final int cutovers;
    private final UUID tenant = UUID.randomUUID();
    private final UUID other = UUID.randomUUID();
    private final List<Double> pauses = new ArrayList<>();
    private final List<Double> longestAppends = new ArrayList<>();
    private int retries;

    private CutoverBench(int cutovers) {
        this.cutovers = cutovers;
    }

    static ObjectNode run(BenchOptions options) throws Exception {
        CutoverBench bench = new CutoverBench(options.count("--cutovers", 200));
        options.end();
        ObjectNode result = bench.measure();
        ObjectNode fence = FenceCost.run(new BenchOptions(List.of()));
        result.set("fence_cost_pct", fence.get("others_percent"));
        result.set("fence_cost_tenant_pct", fence.get("tenant_percent"));
        return result;
    }

    private ObjectNode measure() throws Exception {
        try (PostgresServer server = PostgresServer.start()) {
            PostgresDatabase shared = server.newDatabase();
            PostgresDatabase dedicated = server.newDatabase();
            TenantStores.create(shared, StoreVariant.CURRENT);
            TenantStores.create(dedicated, StoreVariant.CURRENT);
            TenantPair pair =
                    new TenantPair(
                            TenantStores.spec(shared, "shared", StoreVariant.CURRENT),
                            TenantStores.spec(dedicated, "dedicated", StoreVariant.CURRENT),
                            List.of(tenant.toString()),
                            LEASE);
            try (TenantWriters writers =
                    new TenantWriters(
                            Map.of("shared", shared, "dedicated", dedicated),
                            "shared",
                            Map.of(tenant, 6, other, 2),
                            EVERY)) {
                return measure(pair, writers, shared, dedicated);
            }
        }
    }

    private ObjectNode measure(
            TenantPair pair,
            TenantWriters writers,
            PostgresDatabase shared,
            PostgresDatabase dedicated)
            throws Exception {
        LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
        long begin = System.nanoTime();
        long before = writers.appends();
        for (int i = 0; i < cutovers; i++) {
            boolean there = i % 2 == 0;
            SwitchDirection way = there ? pair.forward(i == 0) : pair.back();
            try (TenantTail tail = pair.tail(way)) {
                LockSupport.parkNanos(BETWEEN.toNanos());
                if (i == 0) {
                    pair.preparePositions();
                }
                writers.longest();
                SwitchReport report = new TenantSwitcher(way).run(tenant.toString());
                pauses.add((report.pause().plus(report.opened())).toNanos() / 1e6);
                retries += report.attempts() - 1;
            }
            longestAppends.add(writers.longest().toNanos() / 1e6);
            if (!writers.failures().isEmpty()) {
                throw new IllegalStateException("An append failed", writers.failures().get(0));
            }
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        long appends = writers.appends() - before;
        writers.stop();
        PostgresDatabase last = cutovers % 2 == 0 ? shared : dedicated;
        List<UUID> stored = new ArrayList<>(TenantRows.eventIds(last, tenant));
        stored.addAll(TenantRows.eventIds(shared, other));
        return json(writers, stored, appends / seconds);
    }

    private ObjectNode json(TenantWriters writers, List<UUID> stored, double appendsPerSecond) {
        Set<UUID> once = new HashSet<>(stored);
        Set<UUID> lost = new HashSet<>(writers.acknowledged());
        lost.removeAll(once);
        Collections.sort(pauses);
        Collections.sort(longestAppends);
        return JsonNodeFactory.instance
                .objectNode()
                .put("bench", "cutover")
                .put("cutovers", cutovers)
                .put("retries", retries)
                .put("appends_per_s", Math.round(appendsPerSecond))
                .put("pause_p50_ms", at(pauses, 0.5))
                .put("pause_p99_ms", at(pauses, 0.99))
                .put("pause_max_ms", at(pauses, 1))
                .put("longest_append_p50_ms", at(longestAppends, 0.5))
                .put("longest_append_max_ms", at(longestAppends, 1))
                .put("acknowledged", writers.acknowledged().size())
                .put("lost", lost.size())
                .put("duplicated", stored.size() - once.size())
                .put("failed_appends", writers.failures().size());
    }

    private static double at(List<Double> sorted, double share) {
        int index = (int) Math.ceil(share * sorted.size()) - 1;
        return Double.parseDouble(
                String.format(Locale.ROOT, "%.1f", sorted.get(Math.max(0, index))));
    }
}
