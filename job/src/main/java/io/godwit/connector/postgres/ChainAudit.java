package io.godwit.connector.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What must hold inside the target whatever the source says: canonical rows follow from the events,
 * and they are linked by hash. One statement each, so a copy that goes on beside it raises no false
 * alarm: events and canonical rows change in the same transactions.
 */
final class ChainAudit {

    /** The rule of {@link CanonicalTable}, for the whole table. */
    private static final String DECIDED =
            """
            WITH newest AS (
              SELECT DISTINCT ON (b.tag, e.height, e.event_tag)
                     b.tag, e.height, e.event_tag, e.event_type, e.block_metadata_id
              FROM block_events e JOIN block_metadata b ON b.id = e.block_metadata_id
              WHERE NOT (b.skipped AND coalesce(e.hash, '') <> '')
              ORDER BY b.tag, e.height, e.event_tag, e.event_sequence DESC
            ), decided AS (
              SELECT DISTINCT ON (tag, height) tag, height, block_metadata_id
              FROM newest WHERE event_type = 'BLOCK_ADDED'
              ORDER BY tag, height, event_tag DESC
            )
            """;

    private static final String UNDECIDED_ROWS =
            DECIDED
                    + """
                    SELECT coalesce(d.tag, c.tag), coalesce(d.height, c.height),
                           d.block_metadata_id, c.block_metadata_id
                    FROM decided d FULL JOIN canonical_blocks c USING (tag, height)
                    WHERE d.block_metadata_id IS DISTINCT FROM c.block_metadata_id
                    ORDER BY 1, 2 LIMIT ?
                    """;

    /** Walks each tag's canonical blocks upwards, skipped ones left out (facts 1.7). */
    private static final String BROKEN_LINKS =
            """
            SELECT tag, height, hash, parent_hash, below_height, below_hash
            FROM (
              SELECT c.tag, c.height, b.hash, coalesce(b.parent_hash, '') AS parent_hash,
                     b.parent_height,
                     lag(c.height) OVER w AS below_height, lag(b.hash) OVER w AS below_hash
              FROM canonical_blocks c JOIN block_metadata b ON b.id = c.block_metadata_id
              WHERE NOT b.skipped
              WINDOW w AS (PARTITION BY c.tag ORDER BY c.height)) linked
            WHERE below_hash IS NOT NULL AND parent_hash <> ''
              AND (below_hash <> parent_hash
                   OR (parent_height <> 0 AND parent_height <> below_height))
              AND NOT EXISTS (
                SELECT 1 FROM generate_series(below_height + 1, height - 1) AS hole(height)
                WHERE NOT EXISTS (SELECT 1 FROM canonical_blocks s
                                  WHERE s.tag = linked.tag AND s.height = hole.height))
            ORDER BY tag, height LIMIT ?
            """;

    private final Connection connection;

    ChainAudit(Connection connection) {
        this.connection = connection;
    }

    /** Canonical rows that are not what the events decide: missing, stale or of another block. */
    List<String> canonicalDifferences(int most) throws SQLException {
        List<String> differences = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(UNDECIDED_ROWS)) {
            statement.setInt(1, most);
            try (ResultSet r = statement.executeQuery()) {
                while (r.next()) {
                    differences.add(
                            "canonical_blocks (tag "
                                    + r.getInt(1)
                                    + ", height "
                                    + r.getLong(2)
                                    + "): the events say block_metadata.id "
                                    + r.getString(3)
                                    + ", the row says "
                                    + r.getString(4));
                }
            }
        }
        return differences;
    }

    /** Canonical blocks whose parent is not the canonical block below. */
    List<String> brokenLinks(int most) throws SQLException {
        List<String> differences = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(BROKEN_LINKS)) {
            statement.setInt(1, most);
            try (ResultSet r = statement.executeQuery()) {
                while (r.next()) {
                    differences.add(
                            "canonical_blocks (tag "
                                    + r.getInt(1)
                                    + ", height "
                                    + r.getLong(2)
                                    + "): block "
                                    + r.getString(3)
                                    + " has parent "
                                    + r.getString(4)
                                    + ", but canonical at height "
                                    + r.getLong(5)
                                    + " is "
                                    + r.getString(6));
                }
            }
        }
        return differences;
    }
}
