package io.godwit.connector.postgres;

import io.godwit.connector.postgres.CanonicalTable.Height;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Takes the end of an event log out of the target: the events above a sequence, the block rows that
 * only they referred to, and what they made canonical. One transaction; can be repeated.
 */
public final class ChainTruncation {

    private final ChainstoragePostgresSpec spec;
    private final String migration;

    public ChainTruncation(ChainstoragePostgresSpec spec, String migration) {
        this.spec = spec;
        this.migration = migration;
    }

    /**
     * @param keep the last sequence that stays
     * @return how many events were removed
     */
    public long above(int tag, long keep) {
        try (Connection connection =
                PostgresConnections.open(spec.url(), spec.user(), spec.password(), migration)) {
            connection.setAutoCommit(false);
            try {
                long removed = truncate(connection, tag, keep);
                connection.commit();
                return removed;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw PostgresErrors.of("Removing events from the target", e);
        }
    }

    private static long truncate(Connection connection, int tag, long keep) throws SQLException {
        execute(
                connection,
                "CREATE TEMP TABLE godwit_removed ON COMMIT DROP AS"
                        + " SELECT e.event_sequence, e.block_metadata_id, b.tag, e.height"
                        + " FROM block_events e JOIN block_metadata b ON b.id = e.block_metadata_id"
                        + " WHERE e.event_tag = "
                        + tag
                        + " AND e.event_sequence > "
                        + keep);
        long removed =
                execute(
                        connection,
                        "DELETE FROM block_events WHERE event_tag = "
                                + tag
                                + " AND event_sequence > "
                                + keep);
        execute(
                connection,
                "DELETE FROM canonical_blocks c USING godwit_removed r"
                        + " WHERE c.tag = r.tag AND c.height = r.height");
        new CanonicalTable(connection).recompute(heights(connection));
        execute(
                connection,
                "DELETE FROM block_metadata b"
                        + " WHERE b.id IN (SELECT block_metadata_id FROM godwit_removed)"
                        + " AND NOT EXISTS (SELECT 1 FROM block_events e WHERE e.block_metadata_id = b.id)"
                        + " AND NOT EXISTS (SELECT 1 FROM canonical_blocks c"
                        + " WHERE c.block_metadata_id = b.id)");
        return removed;
    }

    private static Set<Height> heights(Connection connection) throws SQLException {
        Set<Height> heights = new LinkedHashSet<>();
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT DISTINCT tag, height FROM godwit_removed");
                ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                heights.add(new Height(r.getInt(1), r.getLong(2)));
            }
        }
        return heights;
    }

    private static long execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            return statement.executeUpdate();
        }
    }
}
