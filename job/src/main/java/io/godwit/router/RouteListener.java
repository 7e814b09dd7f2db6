package io.godwit.router;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Hears what one store's database says on channel {@code godwit_route}, in a daemon thread with a
 * connection of its own. A lost connection is opened again, ever more slowly up to every 30 s, and
 * each time something may have been missed. Without PostgreSQL's own driver it hears nothing.
 */
final class RouteListener implements AutoCloseable {

    private static final int LISTEN_MS = 500;
    private static final int ALIVE_EVERY_MS = 10_000;
    private static final int ALIVE_TIMEOUT_S = 5;
    private static final long FASTEST_RECONNECT_MS = 250;
    private static final long SLOWEST_RECONNECT_MS = 30_000;

    private final DataSource dataSource;
    private final Runnable missed;
    private final Consumer<String> heard;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    /**
     * Starts to listen.
     *
     * @param missed called when it listens, anew or for the first time
     * @param heard called with each payload
     */
    RouteListener(String storeId, DataSource dataSource, Runnable missed, Consumer<String> heard) {
        this.dataSource = dataSource;
        this.missed = missed;
        this.heard = heard;
        thread = new Thread(this::run, "godwit routes of store " + storeId);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            long waitMs = 0;
            while (!closed.await(waitMs, TimeUnit.MILLISECONDS)) {
                try (Session session = Session.reading(dataSource)) {
                    if (!session.connection().isWrapperFor(PGConnection.class)) {
                        return;
                    }
                    waitMs = 0;
                    listen(session.connection());
                } catch (SQLException | RuntimeException e) {
                    waitMs =
                            Math.min(
                                    Math.max(2 * waitMs, FASTEST_RECONNECT_MS),
                                    SLOWEST_RECONNECT_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (LinkageError e) {
            // Another driver: the refusals of the databases are enough.
        }
    }

    private void listen(Connection connection) throws SQLException {
        PGConnection notifications = connection.unwrap(PGConnection.class);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LISTEN godwit_route");
        }
        missed.run();
        int silentMs = 0;
        while (closed.getCount() > 0) {
            PGNotification[] all = notifications.getNotifications(LISTEN_MS);
            if (all != null && all.length > 0) {
                silentMs = 0;
                for (PGNotification one : all) {
                    heard.accept(one.getParameter());
                }
                continue;
            }
            silentMs += LISTEN_MS;
            if (silentMs >= ALIVE_EVERY_MS) {
                if (!connection.isValid(ALIVE_TIMEOUT_S)) {
                    throw new SQLException("The connection is gone");
                }
                silentMs = 0;
            }
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("UNLISTEN godwit_route");
        }
    }

    /** Returns at once; the connection is given back within half a second. */
    @Override
    public void close() {
        closed.countDown();
    }
}
