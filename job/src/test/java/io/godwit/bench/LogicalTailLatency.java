package io.godwit.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.LogicalFeeds;
import io.godwit.connector.postgres.eventstore.LogicalTableLog;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.model.SequenceRange;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * From the call of commit to the row in the reader's hands, for both tails of an event store in one
 * run, and for the logical one also while a transaction holds the gap fence.
 */
final class LogicalTailLatency {

    private static final String TENANT = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";
    private static final String MIGRATION = "latency";
    private static final int POSITION_AT = Short.BYTES + Integer.BYTES;

    private final PostgresDatabase database;
    private final PostgresEventStoreSpec spec;
    private final int writers;
    private final Duration time;
    private final Map<Long, Long> committedAt = new ConcurrentHashMap<>();
    private final Map<Long, Long> seenAt = new ConcurrentHashMap<>();
    private final Queue<Long> commits = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;
    private volatile boolean written;

    private LogicalTailLatency(PostgresDatabase database, int writers, Duration time) {
        this.database = database;
        this.spec = TenantStores.spec(database, "shared", StoreVariant.CURRENT);
        this.writers = writers;
        this.time = time;
    }

    static ObjectNode run(BenchOptions options) throws Exception {
        int writers = options.count("--writers", 4);
        Duration time = Duration.ofSeconds(options.number("--seconds", 10));
        options.end();
        try (PostgresServer server =
                PostgresServer.start(Map.of("wal_level", "logical", "fsync", "on"))) {
            PostgresDatabase database = server.newDatabase();
            TenantStores.create(database, StoreVariant.CURRENT);
            ObjectNode result =
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("bench", "tail-reader")
                            .put("writers", writers)
                            .put("seconds", time.toSeconds());
            result.set("poll", measure(database, writers, time, false, false));
            result.set("logical", measure(database, writers, time, true, false));
            result.set("logical_fence_held", measure(database, writers, time, true, true));
            return result;
        }
    }

    private static ObjectNode measure(
            PostgresDatabase database, int writers, Duration time, boolean logical, boolean held)
            throws Exception {
        LogicalTailLatency latency = new LogicalTailLatency(database, writers, time);
        latency.run(logical, held);
        return latency.json();
    }

    private void run(boolean logical, boolean held) throws Exception {
        if (logical) {
            LogicalFeeds.ensure(spec, MIGRATION, Duration.ofSeconds(30));
        }
        String last = database.ask("SELECT coalesce(max(global_position), 0) FROM events");
        long begin = Long.parseLong(last) + 1;
        ExecutorService threads = Executors.newFixedThreadPool(writers + 1);
        try (Connection holder = database.connect()) {
            Future<?> reader =
                    threads.submit(
                            () -> {
                                if (logical) {
                                    readLogical(begin);
                                } else {
                                    readPolled(begin);
                                }
                            });
            LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
            if (held) {
                holder.setAutoCommit(false);
                try (Statement statement = holder.createStatement()) {
                    statement.execute("SELECT nextval('events_global_position_seq')");
                }
            }
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < writers; i++) {
                Random random = new Random(i);
                running.add(threads.submit(() -> write(random)));
            }
            LockSupport.parkNanos(time.toNanos());
            stopped = true;
            for (Future<?> writer : running) {
                writer.get(60, TimeUnit.SECONDS);
            }
            written = true;
            reader.get(60, TimeUnit.SECONDS);
        } finally {
            threads.shutdown();
            LogicalFeeds.drop(spec, MIGRATION);
        }
    }

    private Void write(Random random) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
                List<Long> positions = new ArrayList<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    positions.add(append(statement));
                }
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(8000)));
                long now = System.nanoTime();
                positions.forEach(position -> committedAt.put(position, now));
                connection.commit();
                commits.add(System.nanoTime() - now);
            }
        }
        return null;
    }

    private static long append(Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        """
                        INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type,
                                            tenant_id, version, timestamp, payload)
                        VALUES (gen_random_uuid(), gen_random_uuid(), 'Order', 'OrderPlaced', '%s',
                                1, clock_timestamp(), jsonb_build_object('note', repeat('x', 500)))
                        RETURNING global_position
                        """
                                .formatted(TENANT))) {
            row.next();
            return row.getLong(1);
        }
    }

    private boolean goesOn() {
        return !written || seenAt.size() < committedAt.size();
    }

    private void readLogical(long begin) {
        try (LogicalTableLog log =
                new LogicalTableLog(spec, List.of(), List.of(TENANT), MIGRATION)) {
            long next = begin;
            while (goesOn()) {
                List<StoredEvent> events = log.ahead(0, next, 2000);
                note(events);
                next = Math.max(next, log.head(0) + 1);
                if (events.isEmpty()) {
                    LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
                }
            }
        }
    }

    private void readPolled(long begin) {
        try (EventTableLog log = new EventTableLog(spec, List.of(TENANT), MIGRATION)) {
            long next = begin;
            while (goesOn()) {
                long head = log.head(0);
                if (head < next) {
                    LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
                    continue;
                }
                List<StoredEvent> events =
                        log.read(0, new SequenceRange(next, head + 1), 2000, true);
                note(events);
                next = events.get(events.size() - 1).sequence() + 1;
            }
        }
    }

    private void note(List<StoredEvent> events) {
        long now = System.nanoTime();
        for (StoredEvent event : events) {
            if (!event.isMark()) {
                seenAt.putIfAbsent(ByteBuffer.wrap(event.row()).getLong(POSITION_AT), now);
            }
        }
    }

    private ObjectNode json() {
        Quantiles latency =
                Quantiles.of(
                        committedAt.entrySet().stream()
                                .map(e -> seenAt.get(e.getKey()) - e.getValue())
                                .toList());
        Quantiles commit = Quantiles.of(commits);
        return JsonNodeFactory.instance
                .objectNode()
                .put("events", committedAt.size())
                .put("p50_ms", millis(latency, 0.5))
                .put("p99_ms", millis(latency, 0.99))
                .put("max_ms", millis(latency, 1))
                .put("commit_p50_ms", millis(commit, 0.5))
                .put("commit_p99_ms", millis(commit, 0.99))
                .put("commit_max_ms", millis(commit, 1));
    }

    private static double millis(Quantiles nanos, double quantile) {
        return Quantiles.rounded(nanos.at(quantile) / 1e6);
    }
}
