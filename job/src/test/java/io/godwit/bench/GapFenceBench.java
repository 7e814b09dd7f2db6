package io.godwit.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.Fence;
import io.godwit.connector.postgres.eventstore.GapFence;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Does a final fence ever miss an event, under {@link GapFenceLoad}? Each reader takes fences as a
 * tail does: what it counts up to a final fence's position is compared at the end with what has
 * come to be there. The same count right after the position was read shows what a reader without
 * the fence would have missed; were that nothing, the load would prove nothing.
 */
final class GapFenceBench {

    private static final int WRITERS = 16;
    private static final int READERS = 16;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final EventStoreMapping MAPPING =
            new EventStoreMapping(
                    "events",
                    "position",
                    "id",
                    "tenant_id",
                    List.of("stream"),
                    "v",
                    "t",
                    "at",
                    "p");

    private final long fences;
    private final long seconds;
    private final long seed = System.nanoTime();
    private final AtomicInteger taken = new AtomicInteger();
    private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
    private PostgresDatabase store;

    /** Of the events in (after, upTo], how many were there at once and how many at the fence. */
    private record Sample(long after, long upTo, long atOnce, long atFence, long waitNanos) {}

    private GapFenceBench(BenchOptions options) {
        this.fences = options.number("--fences", options.number("--events", 20_000));
        this.seconds = options.number("--seconds", 600);
    }

    static ObjectNode run(BenchOptions options) throws Exception {
        GapFenceBench bench = new GapFenceBench(options);
        options.end();
        return bench.measure();
    }

    private ObjectNode measure() throws Exception {
        System.out.println(
                "gapfence: " + fences + " fences, at most " + seconds + " s, seed " + seed);
        long begin = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(READERS);
        try (PostgresServer server = PostgresServer.start()) {
            store = server.newDatabase();
            store.run("CREATE TABLE events (position bigserial PRIMARY KEY, writer int)");
            try (GapFenceLoad load = new GapFenceLoad(store, WRITERS, seed)) {
                List<Future<?>> readers = new ArrayList<>();
                for (int i = 0; i < READERS; i++) {
                    readers.add(threads.submit((Callable<?>) this::read));
                }
                for (Future<?> reader : readers) {
                    reader.get(seconds + PATIENCE.toSeconds() + 60, TimeUnit.SECONDS);
                }
                load.stop(PATIENCE);
            }
            return verdict(System.nanoTime() - begin);
        } finally {
            threads.shutdownNow();
        }
    }

    private Void read() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        try (Connection connection = store.connect()) {
            GapFence gap = new GapFence(connection, MAPPING);
            long after = 0;
            while (System.nanoTime() - end < 0) {
                long begin = System.nanoTime();
                Fence fence = gap.take();
                if (fence.position() <= after) {
                    LockSupport.parkNanos(1_000_000);
                    continue;
                }
                if (taken.incrementAndGet() > fences) {
                    return null;
                }
                long took = System.nanoTime() - begin;
                long atOnce = count(connection, after, fence.position());
                begin = System.nanoTime();
                Fence left =
                        gap.await(fence, PATIENCE, slow -> System.out.println("slow: " + slow));
                if (!left.isFinal()) {
                    throw new IllegalStateException("Still open: " + left + ", seed " + seed);
                }
                long wait = took + System.nanoTime() - begin;
                long atFence = count(connection, after, fence.position());
                samples.add(new Sample(after, fence.position(), atOnce, atFence, wait));
                after = fence.position();
            }
        }
        return null;
    }

    private ObjectNode verdict(long nanos) throws SQLException {
        long[] positions = positions();
        long missed = 0;
        long missedWithout = 0;
        for (Sample sample : samples) {
            long there = upTo(positions, sample.upTo()) - upTo(positions, sample.after());
            missed += there - sample.atFence();
            missedWithout += there - sample.atOnce();
        }
        Quantiles waits = Quantiles.of(samples.stream().map(Sample::waitNanos).toList());
        return JsonNodeFactory.instance
                .objectNode()
                .put("bench", "gapfence")
                .put("fences", samples.size())
                .put("missed", missed)
                .put("missed_without_fence", missedWithout)
                .put("wait_p50_ms", millis(waits, 0.50))
                .put("wait_p99_ms", millis(waits, 0.99))
                .put("wait_max_ms", millis(waits, 1))
                .put("writers", WRITERS)
                .put("events", positions.length)
                .put("seconds", TimeUnit.NANOSECONDS.toSeconds(nanos))
                .put("seed", seed);
    }

    private long[] positions() throws SQLException {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT position FROM events ORDER BY 1")) {
            long[] all = new long[1 << 10];
            int size = 0;
            while (rows.next()) {
                if (size == all.length) {
                    all = Arrays.copyOf(all, 2 * size);
                }
                all[size++] = rows.getLong(1);
            }
            return Arrays.copyOf(all, size);
        }
    }

    private static int upTo(long[] positions, long position) {
        int found = Arrays.binarySearch(positions, position);
        return found < 0 ? -found - 1 : found + 1;
    }

    private static double millis(Quantiles nanos, double quantile) {
        return Quantiles.rounded(nanos.at(quantile) / 1e6);
    }

    private static long count(Connection connection, long after, long upTo) throws SQLException {
        String sql = "SELECT count(*) FROM events WHERE position > %d AND position <= %d";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql.formatted(after, upTo))) {
            row.next();
            return row.getLong(1);
        }
    }
}
