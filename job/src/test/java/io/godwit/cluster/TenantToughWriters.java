package io.godwit.cluster;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.godwit.router.AppendOutcomeUnknownException;
import io.godwit.router.DuplicateEventException;
import io.godwit.router.EventStoreException;
import io.godwit.router.ExpectedVersion;
import io.godwit.router.NewEvent;
import io.godwit.router.RouterOptions;
import io.godwit.router.StreamId;
import io.godwit.router.TenantStoreRouter;
import io.godwit.router.WritePausedException;
import io.godwit.testkit.PostgresDatabase;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Threads of an application that append to tenants through one router, whatever becomes of the
 * servers: an append that failed because a server is away, or whose outcome is not known, is made
 * again with the same event id until it is answered. Any other refusal ends its thread. Each thread
 * has streams of its own, so there is no conflict when nothing is wrong.
 */
final class TenantToughWriters implements AutoCloseable {

    private static final int EVENTS_PER_STREAM = 10;
    private static final Duration EVERY = Duration.ofMillis(15);
    private static final Duration AGAIN = Duration.ofMillis(30);

    private final List<HikariDataSource> pools = new ArrayList<>();
    private final TenantStoreRouter router;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private final Map<UUID, ConcurrentLinkedQueue<UUID>> acknowledged = new HashMap<>();
    private final AtomicLong repeated = new AtomicLong();
    private volatile boolean stopped;

    /**
     * @param stores by store id
     * @param tenants written by so many threads each
     */
    TenantToughWriters(
            Map<String, PostgresDatabase> stores, String defaultStore, Map<UUID, Integer> tenants) {
        int count = tenants.values().stream().mapToInt(Integer::intValue).sum();
        Map<String, DataSource> sources = new HashMap<>();
        stores.forEach((id, database) -> sources.put(id, pool(database, count + 2)));
        router = new TenantStoreRouter(sources, defaultStore, RouterOptions.DEFAULTS);
        tenants.keySet().forEach(t -> acknowledged.put(t, new ConcurrentLinkedQueue<>()));
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
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(1_000);
        config.setInitializationFailTimeout(-1);
        HikariDataSource pool = new HikariDataSource(config);
        pools.add(pool);
        return pool;
    }

    private void write(UUID tenant) {
        while (!stopped) {
            StreamId stream = new StreamId(tenant, UUID.randomUUID(), "Order");
            for (int version = 0; version < EVENTS_PER_STREAM && !stopped; version++) {
                append(stream, version);
                LockSupport.parkNanos(EVERY.toNanos());
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
        boolean unknown = false;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                router.append(stream, List.of(placed), ExpectedVersion.exact(version));
                break;
            } catch (DuplicateEventException e) {
                if (!unknown) {
                    throw e;
                }
                break;
            } catch (EventStoreException e) {
                if (!passes(e)) {
                    throw e;
                }
                unknown |= e instanceof AppendOutcomeUnknownException;
                repeated.incrementAndGet();
                LockSupport.parkNanos(AGAIN.toNanos());
            }
        }
        acknowledged.get(stream.tenantId()).add(event);
    }

    private static boolean passes(EventStoreException e) {
        String state = String.valueOf(e.sqlState());
        return e instanceof AppendOutcomeUnknownException
                || e instanceof WritePausedException
                || e.getCause() instanceof SQLTransientConnectionException
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P");
    }

    /** Appends of this tenant that were answered. */
    long appends(UUID tenant) {
        return acknowledged.get(tenant).size();
    }

    /** Ids of this tenant's events; all that were ever sent, once {@link #stop} has returned. */
    List<UUID> acknowledged(UUID tenant) {
        return List.copyOf(acknowledged.get(tenant));
    }

    /** Appends that had to be made again. */
    long repeated() {
        return repeated.get();
    }

    TenantStoreRouter router() {
        return router;
    }

    /** Fails with what has ended a thread, if something has. */
    void check() {
        for (Future<?> thread : running) {
            if (thread.isDone()) {
                await(thread);
            }
        }
    }

    /** Lets each thread end its append. */
    void stop() {
        stopped = true;
        running.forEach(TenantToughWriters::await);
    }

    private static void await(Future<?> thread) {
        try {
            thread.get(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a writer ended", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A writer was refused", e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("A writer's append had no answer in 60 s", e);
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
        pools.forEach(HikariDataSource::close);
    }
}
