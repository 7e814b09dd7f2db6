package io.godwit.connector.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/**
 * canonical_blocks, by the canonical rule: at each (block tag, height) the newest event of each log
 * claims its block when it is an ADDED; the claim of the highest event tag is canonical, and without
 * a claim there is no row. Orphans marked skipped claim nothing.
 *
 * <p>The rule is not taken from the stream's word but computed from the events that are in the table,
 * in the transaction that put them there. Why that is right whatever is replayed, and in any order:
 *
 * <ol>
 *   <li>Every transaction that adds an event at a height recomputes that height after adding it.
 *   <li>So the last such transaction to commit has decided from its own event and from all that its
 *       statement saw. What it may not have seen is an event that another transaction committed while
 *       this one waited for the other's canonical row. Then the upsert finds that row changed or
 *       present, counts as a change, and the statement is run again with a newer snapshot, while this
 *       transaction now holds the row.
 *   <li>A run that changes nothing has seen every event that can matter, so readers never see an
 *       orphan, not even for a moment.
 * </ol>
 */
final class CanonicalTable {

    private static final int ROUNDS = 10;

    private static final String RECOMPUTE =
            """
            WITH decided AS MATERIALIZED (
              SELECT k.tag, k.height, d.event_type, d.block_metadata_id
              FROM unnest(?::int[], ?::bigint[]) AS k(tag, height)
              CROSS JOIN LATERAL (
                SELECT event_type, block_metadata_id FROM (
                  SELECT DISTINCT ON (e.event_tag) e.event_tag, e.event_type, e.block_metadata_id
                  FROM block_events e JOIN block_metadata b ON b.id = e.block_metadata_id
                  WHERE e.height = k.height AND b.tag = k.tag
                    AND NOT (b.skipped AND coalesce(e.hash, '') <> '')
                  ORDER BY e.event_tag DESC, e.event_sequence DESC) newest
                ORDER BY event_type = 'BLOCK_ADDED' DESC, event_tag DESC
                LIMIT 1) d
            ), removed AS (
              DELETE FROM canonical_blocks c USING decided d
              WHERE d.event_type = 'BLOCK_REMOVED' AND c.height = d.height AND c.tag = d.tag
              RETURNING 1
            ), added AS (
              INSERT INTO canonical_blocks (height, block_metadata_id, tag)
              SELECT height, block_metadata_id, tag FROM decided WHERE event_type = 'BLOCK_ADDED'
              ORDER BY height, tag
              ON CONFLICT (height, tag) DO UPDATE SET block_metadata_id = EXCLUDED.block_metadata_id
              WHERE canonical_blocks.block_metadata_id <> EXCLUDED.block_metadata_id
              RETURNING xmax <> 0 AS updated
            )
            SELECT (SELECT count(*) FROM removed) + (SELECT count(*) FROM added WHERE updated)
            """;

    private final Connection connection;

    /** A place where one block at most is canonical. */
    record Height(int tag, long height) {}

    CanonicalTable(Connection connection) {
        this.connection = connection;
    }

    /** Makes these heights agree with the events in the table. */
    void recompute(Collection<Height> heights) throws SQLException {
        if (heights.isEmpty()) {
            return;
        }
        List<Height> keys =
                heights.stream()
                        .sorted(
                                java.util.Comparator.comparingInt(Height::tag)
                                        .thenComparingLong(Height::height))
                        .toList();
        try (PreparedStatement statement = connection.prepareStatement(RECOMPUTE)) {
            statement.setArray(
                    1, connection.createArrayOf("int", keys.stream().map(Height::tag).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint", keys.stream().map(Height::height).toArray()));
            for (int round = 0; round < ROUNDS; round++) {
                try (ResultSet changes = statement.executeQuery()) {
                    changes.next();
                    if (changes.getLong(1) == 0) {
                        return;
                    }
                }
            }
        }
        throw new SQLException(
                "canonical_blocks kept changing under " + keys.size() + " heights", "40001");
    }
}
