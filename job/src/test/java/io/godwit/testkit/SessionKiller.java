package io.godwit.testkit;

import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ends the database sessions of a copy at random times, until it is closed or has ended enough of
 * them: so a copy comes to its end on a slow machine, too.
 */
public final class SessionKiller implements AutoCloseable {

    private static final int ENOUGH = 30;

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger killed = new AtomicInteger();
    private final CopyHarness copy;
    private final Random random;

    public SessionKiller(CopyHarness copy, long seed) {
        this.copy = copy;
        this.random = new Random(seed);
        thread.execute(this::kill);
    }

    private void kill() {
        String sql =
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                        + " WHERE application_name = 'godwit/"
                        + copy.migration()
                        + "'";
        killed.addAndGet(Integer.parseInt(copy.query(sql)));
        if (killed.get() >= ENOUGH) {
            return;
        }
        thread.schedule(this::kill, 5 + random.nextInt(80), TimeUnit.MILLISECONDS);
    }

    public int killed() {
        return killed.get();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
