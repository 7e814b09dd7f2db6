package io.godwit.bench;

import io.godwit.testkit.PostgresDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Everything that makes positions come out of order: writers that sleep inside their transactions,
 * roll back, use savepoints and explicit nextval(), and sessions that sit idle in a transaction.
 */
final class GapFenceLoad implements AutoCloseable {

    private final PostgresDatabase store;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * @param store with a table events whose column position is a bigserial
     */
    GapFenceLoad(PostgresDatabase store, int writers, long seed) {
        this.store = store;
        for (int i = 0; i < writers; i++) {
            Random random = new Random(seed + i);
            running.add(threads.submit(() -> write(random)));
        }
        running.add(threads.submit(() -> sitIdle(new Random(seed - 1))));
    }

    /** Lets every transaction end; fails with what has ended one before. */
    void stop(Duration patience) throws Exception {
        stopped = true;
        for (Future<?> session : running) {
            session.get(patience.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
    }

    private Void write(Random random) throws SQLException {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
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
            while (!stopped) {
                long position = next(statement);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50 + random.nextInt(100)));
                statement.execute("INSERT INTO events (position) VALUES (" + position + ")");
                holding.commit();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(300)));
            }
        }
        return null;
    }

    private static long next(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT nextval('events_position_seq')")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void rest(Random random, int mostMicros) {
        LockSupport.parkNanos(1_000L * random.nextInt(mostMicros));
    }
}
