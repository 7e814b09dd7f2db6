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
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Does a final fence ever miss an event? Writers sleep inside their transactions, roll back, use
 * savepoints and explicit nextval(); one session sits idle in a transaction with a position,
 * another in one without. Each reader takes fences as a tail does: what it counts up to a final
 * fence's position is compared at the end with what has come to be there. The same count right
 * after the position was read shows what a reader without the fence would have missed; were that
 * nothing, the load would prove nothing.
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
    private final AtomicBoolean stop = new AtomicBoolean();
    private final ConcurrentLinkedQueue<Sample> samples = new ConcurrentLinkedQueue<>();
    private PostgresDatabase store;

    /** Of the events in (after, upTo], how many were there at once and how many at the fence. */
    private record Sample(long after, long upTo, long atOnce, long atFence, long waitNanos) {}

    private GapFenceBench(long fences, long seconds) {
        this.fences = fences;
        this.seconds = seconds;
    }

    static ObjectNode run(Deque<String> options) throws Exception {
        long fences = 20_000;
        long seconds = 600;
        while (!options.isEmpty()) {
            String option = options.remove();
            switch (option) {
                case "--fences", "--events" -> fences = Long.parseLong(options.remove());
                case "--seconds" -> seconds = Long.parseLong(options.remove());
                default ->
                        throw new IllegalArgumentException(
                                "Unknown option "
                                        + option
                                        + "; gapfence [--fences N] [--seconds S]");
            }
        }
        return new GapFenceBench(fences, seconds).run();
    }

    private ObjectNode run() throws Exception {
        System.out.println(
                "gapfence: " + fences + " fences, at most " + seconds + " s, seed " + seed);
        long begin = System.nanoTime();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (PostgresServer server = PostgresServer.start()) {
            store = server.newDatabase();
            try (Connection connection = store.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        "CREATE TABLE events (position bigserial PRIMARY KEY, writer int)");
            }
            List<Future<?>> load = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                Random random = new Random(seed + i);
                load.add(threads.submit(() -> write(random)));
            }
            load.add(threads.submit(() -> sitIdle(new Random(seed - 1))));
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(threads.submit((Callable<?>) this::read));
            }
            for (Future<?> reader : readers) {
                reader.get(seconds + PATIENCE.toSeconds() + 60, TimeUnit.SECONDS);
            }
            stop.set(true);
            for (Future<?> writer : load) {
                writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            return verdict(System.nanoTime() - begin);
        } finally {
            stop.set(true);
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

    private Void write(Random random) throws SQLException {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stop.get()) {
                int events = 1 + random.nextInt(5);
                for (int i = 0; i < events; i++) {
                    appendSomehow(connection, statement, random);
                    rest(random, 4_000);
                }
                if (random.nextInt(10) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
                rest(random, 2_000);
            }
        }
        return null;
    }

    private static void appendSomehow(Connection connection, Statement statement, Random random)
            throws SQLException {
        switch (random.nextInt(8)) {
            case 0 -> {
                // Drawn first, used after others have gone by; now and then never.
                long early = next(statement);
                rest(random, 3_000);
                if (random.nextInt(4) > 0) {
                    statement.execute("INSERT INTO events (position) VALUES (" + early + ")");
                }
            }
            case 1 -> {
                Savepoint savepoint = connection.setSavepoint();
                long drawn = next(statement);
                statement.execute("INSERT INTO events DEFAULT VALUES");
                connection.rollback(savepoint);
                if (random.nextBoolean()) {
                    statement.execute("INSERT INTO events (position) VALUES (" + drawn + ")");
                }
            }
            case 2 -> {
                Savepoint savepoint = connection.setSavepoint();
                statement.execute("INSERT INTO events DEFAULT VALUES");
                connection.releaseSavepoint(savepoint);
            }
            default -> statement.execute("INSERT INTO events DEFAULT VALUES");
        }
    }

    /** One transaction that stays open all the time, and one that does so with a position. */
    private Void sitIdle(Random random) throws SQLException {
        try (Connection always = store.connect();
                Connection holding = store.connect();
                Statement old = always.createStatement();
                Statement statement = holding.createStatement()) {
            always.setAutoCommit(false);
            old.execute("SELECT pg_current_xact_id()");
            holding.setAutoCommit(false);
            while (!stop.get()) {
                long position = next(statement);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50 + random.nextInt(100)));
                statement.execute("INSERT INTO events (position) VALUES (" + position + ")");
                holding.commit();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(300)));
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
        long[] waits = samples.stream().mapToLong(Sample::waitNanos).sorted().toArray();
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

    private static double millis(long[] sorted, double quantile) {
        if (sorted.length == 0) {
            return 0;
        }
        long nanos = sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)];
        return Math.round(nanos / 10_000.0) / 100.0;
    }

    private static long count(Connection connection, long after, long upTo) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return number(
                    statement,
                    "SELECT count(*) FROM events WHERE position > "
                            + after
                            + " AND position <= "
                            + upTo);
        }
    }

    private static long next(Statement statement) throws SQLException {
        return number(statement, "SELECT nextval('events_position_seq')");
    }

    private static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void rest(Random random, int mostMicros) {
        LockSupport.parkNanos(1_000L * random.nextInt(mostMicros));
    }
}
