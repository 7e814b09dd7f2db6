package io.godwit.connector.postgres.eventstore.companion;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * The advisory lock that eventsource-py takes for a tenant's cutover: who holds it in the database
 * of the control tables keeps every other cutover of the tenant out, eventsource-py's and ours. It
 * belongs to a session, so it ends with {@link #close} or with the session, whatever crashes.
 *
 * <p>Used by one thread, that of the connection.
 */
public final class CutoverLock implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final Connection session;
    private final long id;

    private CutoverLock(Connection session, long id) {
        this.session = session;
        this.id = id;
    }

    /**
     * @param session in autocommit, not used through a pool of transactions; it stays the caller's
     * @param timeout zero to try once
     * @return empty if somebody else has it all that time
     */
    public static Optional<CutoverLock> acquire(Connection session, String tenant, Duration timeout)
            throws SQLException, InterruptedException {
        if (!session.getAutoCommit()) {
            throw new IllegalStateException(
                    "The cutover lock is taken by a session in autocommit: after an error in a"
                            + " transaction it could not be released");
        }
        long id = id(tenant);
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!holds(session, "SELECT pg_try_advisory_lock(?)", id)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            Thread.sleep(Math.min(POLL.toMillis(), left / 1_000_000 + 1));
        }
        return Optional.of(new CutoverLock(session, id));
    }

    /** The lock's number: the first 8 bytes of the key's SHA-256, without the sign. */
    public static long id(String tenant) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(("cutover:" + tenant).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong() & Long.MAX_VALUE;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** Of a session that is gone, the server has released it. */
    @Override
    public void close() throws SQLException {
        if (!session.isClosed() && !holds(session, "SELECT pg_advisory_unlock(?)", id)) {
            throw new IllegalStateException(
                    "The cutover lock " + id + " was not held any more: its session was reset");
        }
    }

    private static boolean holds(Connection session, String sql, long id) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement(sql)) {
            statement.setLong(1, id);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
