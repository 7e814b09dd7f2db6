package io.godwit.ledger;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A migration runs at most once: its job's coordinator holds a session advisory lock of the ledger
 * database, named after the migration. The server drops it with the session, so a killed process
 * frees it at once and no lease has to run out.
 */
public final class RunLock {

    private static final int GODWIT = 0x60D717;
    private static final int SUBMISSION = GODWIT + 1;

    private RunLock() {}

    /** Takes the lock in this session if it is free, waiting at most so long. */
    public static boolean take(Ledger ledger, String name, Duration wait) throws SQLException {
        long deadline = System.nanoTime() + wait.toNanos();
        do {
            if (tryLock(ledger, GODWIT, name)) {
                return true;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        } while (System.nanoTime() < deadline);
        return false;
    }

    /**
     * Takes, for as long as this session lives, the right to submit a job of this migration: of two
     * commands at the same moment one is refused before it has written anything.
     */
    public static boolean takeSubmission(Ledger ledger, String name) throws SQLException {
        return tryLock(ledger, SUBMISSION, name);
    }

    private static boolean tryLock(Ledger ledger, int kind, String name) throws SQLException {
        try (PreparedStatement statement =
                ledger.connection()
                        .prepareStatement("SELECT pg_try_advisory_lock(?, hashtext(?))")) {
            statement.setInt(1, kind);
            statement.setString(2, name);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** Whether a job runs this migration now. Leaves nothing locked. */
    public static boolean isTaken(Ledger ledger, String name) throws SQLException {
        if (!take(ledger, name, Duration.ZERO)) {
            return true;
        }
        try (PreparedStatement statement =
                ledger.connection().prepareStatement("SELECT pg_advisory_unlock(?, hashtext(?))")) {
            statement.setInt(1, GODWIT);
            statement.setString(2, name);
            statement.executeQuery().close();
        }
        return false;
    }
}
