package io.godwit.testkit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.godwit.router.ExpectedVersion;
import io.godwit.router.NewEvent;
import io.godwit.router.RouterOptions;
import io.godwit.router.StreamId;
import io.godwit.router.TenantStoreRouter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Threads of an application that append to tenants through one router, each as fast as it can, and
 * keep what was acknowledged. A conflict or a failure is kept too: there is none when nothing is
 * wrong, because each thread has streams of its own.
 */
public final class TenantWriters implements AutoCloseable {

    private static final int EVENTS_PER_STREAM = 10;

    private final Map<String, HikariDataSource> pools = new HashMap<>();
    private final TenantStoreRouter router;
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private final Queue<UUID> acknowledged = new ConcurrentLinkedQueue<>();
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong appends = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final Duration every;
    private volatile boolean stopped;

    /** As fast as they can. */
    public TenantWriters(
            Map<String, PostgresDatabase> stores, String defaultStore, Map<UUID, Integer> tenants) {
        this(stores, defaultStore, tenants, Duration.ZERO);
    }

    /**
     * @param stores by store id
     * @param tenants written by so many threads each
     * @param every a thread begins an append so long after it began the one before; zero at once
     */
    public TenantWriters(
            Map<String, PostgresDatabase> stores,
            String defaultStore,
            Map<UUID, Integer> tenants,
            Duration every) {
        this.every = every;
        int count = tenants.values().stream().mapToInt(Integer::intValue).sum();
        Map<String, DataSource> sources = new HashMap<>();
        stores.forEach((id, database) -> sources.put(id, pool(database, count)));
        this.router =
                new TenantStoreRouter(
                        sources,
                        defaultStore,
                        new RouterOptions(Duration.ofSeconds(30), Duration.ofMinutes(5), true));
        this.threads = Executors.newFixedThreadPool(count);
        tenants.forEach(
                (tenant, n) -> {
                    for (int i = 0; i < n; i++) {
                        running.add(threads.submit(() -> write(tenant)));
                    }
                });
    }

    private HikariDataSource pool(PostgresDatabase database, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(size + 1);
        config.setConnectionTimeout(30_000);
        HikariDataSource pool = new HikariDataSource(config);
        pools.put(database.name(), pool);
        return pool;
    }

    private void write(UUID tenant) {
        long next = System.nanoTime();
        while (!stopped) {
            StreamId stream = new StreamId(tenant, UUID.randomUUID(), "Order");
            for (int version = 0; version < EVENTS_PER_STREAM && !stopped; version++) {
                append(stream, version);
                next = Math.max(next + every.toNanos(), System.nanoTime() - every.toNanos());
                LockSupport.parkNanos(next - System.nanoTime());
            }
        }
    }

    private void append(StreamId stream, long version) {
        UUID event = UUID.randomUUID();
        NewEvent placed =
                new NewEvent(
                        event,
                        "OrderPlaced",
                        Instant.now(),
                        null,
                        "{\"event_id\": \"" + event + "\", \"version\": " + (version + 1) + "}");
        long begin = System.nanoTime();
        try {
            router.append(stream, List.of(placed), ExpectedVersion.exact(version));
            acknowledged.add(event);
            appends.incrementAndGet();
        } catch (RuntimeException e) {
            failures.add(e);
            stopped = true;
        }
        longestNanos.accumulateAndGet(System.nanoTime() - begin, Math::max);
    }

    public long appends() {
        return appends.get();
    }

    /** The longest append since the last call. */
    public Duration longest() {
        return Duration.ofNanos(longestNanos.getAndSet(0));
    }

    public TenantStoreRouter router() {
        return router;
    }

    public List<RuntimeException> failures() {
        return List.copyOf(failures);
    }

    /** Ids of the events that were acknowledged; all of them once {@link #stop} has returned. */
    public List<UUID> acknowledged() {
        return List.copyOf(acknowledged);
    }

    /** Lets each thread end its append. */
    public void stop() throws Exception {
        stopped = true;
        for (Future<?> thread : running) {
            thread.get(60, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
        try {
            threads.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        router.close();
        pools.values().forEach(HikariDataSource::close);
    }
}
