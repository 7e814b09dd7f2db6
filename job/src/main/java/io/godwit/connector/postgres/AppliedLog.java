package io.godwit.connector.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * How much of one event log is in the target.
 *
 * @param events rows of the tag
 * @param last highest sequence, 0 for none
 * @param firstMissing lowest sequence from 1 that is not there
 */
public record AppliedLog(long events, long last, long firstMissing) {

    public static AppliedLog read(Connection connection, int tag) throws SQLException {
        String counts =
                "SELECT count(*), coalesce(max(event_sequence), 0) FROM block_events"
                        + " WHERE event_tag = ? AND event_sequence >= 1";
        long events;
        long last;
        try (PreparedStatement statement = connection.prepareStatement(counts)) {
            statement.setInt(1, tag);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                events = row.getLong(1);
                last = row.getLong(2);
            }
        }
        return new AppliedLog(
                events, last, events == last ? last + 1 : firstMissing(connection, tag));
    }

    private static long firstMissing(Connection connection, int tag) throws SQLException {
        String gap =
                """
                SELECT coalesce(min(before + 1), 1) FROM (
                  SELECT event_sequence,
                         coalesce(lag(event_sequence) OVER (ORDER BY event_sequence), 0) AS before
                  FROM block_events WHERE event_tag = ? AND event_sequence >= 1) neighbours
                WHERE event_sequence <> before + 1
                """;
        try (PreparedStatement statement = connection.prepareStatement(gap)) {
            statement.setInt(1, tag);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }
}
