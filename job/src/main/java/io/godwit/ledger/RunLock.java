package io.godwit.ledger;

import java.sql.Connection;
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

    private RunLock() {}

    /** Takes the lock in this session if it is free, waiting at most so long. */
    public static boolean take(Ledger ledger, String name, Duration wait) throws SQLException {
        long deadline = System.nanoTime() + wait.toNanos();
        Connection connection = ledger.connection();
        do {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT pg_try_advisory_lock(?, hashtext(?))")) {
                statement.setInt(1, GODWIT);
                statement.setString(2, name);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (row.getBoolean(1)) {
                        return true;
                    }
                }
            }
            java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        } while (System.nanoTime() < deadline);
        return false;
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
