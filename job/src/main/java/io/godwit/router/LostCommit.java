package io.godwit.router;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;

/**
 * Finds out what became of an append whose COMMIT was not answered. Assume that the answer is lost
 * while the server may still be at work on it: then an event id that is not there proves nothing
 * yet. So the transaction must have ended first (its id says so), and the event ids decide: all of
 * a transaction's rows are visible once it has ended with a commit, and none otherwise. The
 * transaction's status alone would not do: another server may have taken over and given the number
 * to somebody else.
 */
final class LostCommit {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long POLL_MS = 50;

    private final String storeId;
    private final DataSource dataSource;

    LostCommit(String storeId, DataSource dataSource) {
        this.storeId = storeId;
        this.dataSource = dataSource;
    }

    /**
     * Whether the events are stored.
     *
     * @throws AppendOutcomeUnknownException if the store does not tell within 10 s
     */
    boolean isStored(Append append, long txid, SQLException lost) {
        long until = System.nanoTime() + PATIENCE.toNanos();
        do {
            try (Session session = Session.reading(dataSource)) {
                if (!inProgress(session.connection(), txid)) {
                    return AppendTransaction.firstKnown(session.connection(), append.eventIds())
                            .isPresent();
                }
            } catch (SQLException e) {
                lost.addSuppressed(e);
            }
        } while (System.nanoTime() < until && pause());
        List<UUID> ids = append.eventIds();
        throw new AppendOutcomeUnknownException(storeId, ids, lost);
    }

    private static boolean inProgress(Connection connection, long txid) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT txid_status(?)")) {
            statement.setLong(1, txid);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return "in progress".equals(row.getString(1));
            }
        } catch (SQLException e) {
            if (SqlStates.INVALID_PARAMETER.equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private static boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
