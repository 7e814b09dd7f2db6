package io.godwit.connector.postgres;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Makes a finished copy servable, as chainstorage's service needs it (facts 2.6): checks that each
 * log is a valid stack without holes and that canonical rows follow from it, removes stale
 * canonical rows above the tip, puts {@code is_watermark} on the tip row of each block tag and
 * nowhere else, and sets the id sequence. One transaction; can be repeated.
 */
public final class ChainPublication {

    private static final int NAMED = 10;

    private final ChainstoragePostgresSpec spec;
    private final String migration;

    public ChainPublication(ChainstoragePostgresSpec spec, String migration) {
        this.spec = spec;
        this.migration = migration;
    }

    /**
     * @param tags the event tags that were migrated
     * @throws MigrationException FATAL when the log or the canonical rows are not right, with keys
     */
    public void publish(List<Integer> tags) {
        try (Connection connection =
                PostgresConnections.open(spec.url(), spec.user(), spec.password(), migration)) {
            connection.setAutoCommit(false);
            try {
                publish(connection, tags);
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw PostgresErrors.of("Publishing the watermark", e);
        }
    }

    private static void publish(Connection connection, List<Integer> tags) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Right after a copy the planner knows nothing of the tables that it made.
            statement.execute("ANALYZE block_metadata, canonical_blocks, block_events");
            for (int tag : tags) {
                new ChainStackCheck(connection, tag).run();
            }
            removeStale(statement);
            ChainAudit audit = new ChainAudit(connection);
            refuse(audit.canonicalDifferences(NAMED));
            refuse(audit.brokenLinks(NAMED));
            ChainSchema schema = ChainSchema.read(connection);
            if (schema.hasWatermark()) {
                moveWatermarks(statement);
            }
            setSequence(connection, schema.idSequence());
        }
    }

    /** Rows above the highest height of any event of their block tag: nothing can claim them. */
    private static void removeStale(Statement statement) throws SQLException {
        statement.execute(
                """
                DELETE FROM canonical_blocks c
                USING (SELECT b.tag, max(e.height) AS height
                       FROM block_events e JOIN block_metadata b ON b.id = e.block_metadata_id
                       GROUP BY b.tag) top
                WHERE c.tag = top.tag AND c.height > top.height
                """);
    }

    private static void moveWatermarks(Statement statement) throws SQLException {
        statement.execute(
                """
                UPDATE canonical_blocks c SET is_watermark = tip.height = c.height
                FROM (SELECT tag, max(height) AS height FROM canonical_blocks GROUP BY tag) tip
                WHERE c.tag = tip.tag AND c.is_watermark <> (tip.height = c.height)
                """);
    }

    private static void setSequence(Connection connection, String sequence) throws SQLException {
        String sql =
                """
                SELECT setval(?::regclass, greatest(
                  (SELECT max(id) FROM block_metadata),
                  (SELECT last_value FROM pg_sequences
                   WHERE format('%I.%I', schemaname, sequencename)::regclass = ?::regclass)))
                WHERE EXISTS (SELECT 1 FROM block_metadata)
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, sequence);
            statement.setString(2, sequence);
            try (ResultSet done = statement.executeQuery()) {
                done.next();
            }
        }
    }

    private static void refuse(List<String> differences) {
        if (!differences.isEmpty()) {
            throw MigrationException.fatal(
                    differences.get(0),
                    "The target cannot be published, its canonical rows are not what its events say: "
                            + String.join(" | ", differences));
        }
    }
}
