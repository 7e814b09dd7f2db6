package io.godwit.connector.postgres.eventstore;

import io.godwit.testkit.PostgresDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers of an eventsource-py store: transactions of a few events, of two tenants, with stalls
 * before the commit, rollbacks, savepoints that are undone, and commits that do not wait for the
 * disk. Each from a seed.
 */
final class LogicalWriters implements AutoCloseable {

    static final String OTHER = "00000000-0000-4000-8000-000000000001";

    private final PostgresDatabase database;
    private final String tenant;
    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopped;

    LogicalWriters(PostgresDatabase database, String tenant, int writers, long seed) {
        this.database = database;
        this.tenant = tenant;
        this.threads = Executors.newFixedThreadPool(writers);
        for (int i = 0; i < writers; i++) {
            Random random = new Random(seed + i);
            running.add(threads.submit(() -> write(random)));
        }
    }

    private Void write(Random random) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
                if (random.nextInt(4) == 0) {
                    statement.execute("SET LOCAL synchronous_commit = off");
                }
                for (int i = random.nextInt(3); i >= 0; i--) {
                    append(statement, random);
                }
                if (random.nextInt(6) == 0) {
                    Savepoint savepoint = connection.setSavepoint();
                    append(statement, random);
                    connection.rollback(savepoint);
                    append(statement, random);
                }
                stall(random.nextInt(20) == 0 ? 60 : random.nextInt(4));
                if (random.nextInt(20) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
            }
        }
        return null;
    }

    private void append(Statement statement, Random random) throws SQLException {
        statement.execute(insert(random.nextInt(3) == 0 ? OTHER : tenant));
    }

    /** One event of a stream of its own. */
    static String insert(String tenant) {
        return """
               INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                   version, timestamp, payload)
               VALUES (gen_random_uuid(), gen_random_uuid(), 'Order', 'OrderPlaced', '%s', 1,
                       clock_timestamp(), '{"b": 1.50, "a": "größer"}')
               """
                .formatted(tenant);
    }

    /** Part of the load, nothing waits for it. */
    private static void stall(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Lets each end its transaction. */
    void stop() throws Exception {
        stopped = true;
        for (Future<?> writer : running) {
            writer.get(60, TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdown();
    }
}
