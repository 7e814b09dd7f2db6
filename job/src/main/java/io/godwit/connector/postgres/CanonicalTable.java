package io.godwit.connector.postgres;

import io.godwit.spec.MigrationSpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/**
 * canonical_blocks, by the canonical rule: at each (block tag, height) the newest event of each log
 * claims its block when it is an ADDED; the claim of the highest event tag is canonical, and
 * without a claim there is no row. Orphans marked skipped claim nothing.
 *
 * <p>The rule is not taken from the stream's word but computed from the events that are in the
 * table, in the transaction that put them there. Why that is right whatever is replayed, in any
 * order and by several writers at once (an attempt of a task that was given up may still be
 * writing):
 *
 * <ol>
 *   <li>Every transaction that adds an event at a height decides that height after adding it.
 *   <li>Before, it takes the lock that covers the height, and holds it until it ends. So of two
 *       transactions at one height the later to decide begins when the earlier has ended.
 *   <li>Its statement starts after it got the lock, so it sees the events of all that decided
 *       before.
 * </ol>
 *
 * <p>Rows of canonical_blocks cannot serve as that lock: where none is canonical there is no row. A
 * lock covers a Flink key group, so the writers of one job, which share no key group, do not wait
 * for each other.
 */
final class CanonicalTable {

    /** What Flink spreads a job's writers by. */
    private static final int KEY_GROUPS = MigrationSpec.MAX_PARALLELISM;

    /** The class of the locks among all advisory locks of the database: "gdwt". */
    private static final int LOCKS = 0x67647774;

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
            )
            INSERT INTO canonical_blocks (height, block_metadata_id, tag)
            SELECT height, block_metadata_id, tag FROM decided WHERE event_type = 'BLOCK_ADDED'
            ON CONFLICT (height, tag) DO UPDATE SET block_metadata_id = EXCLUDED.block_metadata_id
            WHERE canonical_blocks.block_metadata_id <> EXCLUDED.block_metadata_id
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
        lock(keys);
        try (PreparedStatement statement = connection.prepareStatement(RECOMPUTE)) {
            statement.setArray(
                    1, connection.createArrayOf("int", keys.stream().map(Height::tag).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint", keys.stream().map(Height::height).toArray()));
            statement.executeUpdate();
        }
    }

    /** In ascending order, so that two transactions never wait for each other. */
    private void lock(List<Height> heights) throws SQLException {
        Object[] groups =
                heights.stream()
                        .map(
                                h ->
                                        KeyGroupRangeAssignment.assignToKeyGroup(
                                                Tuple2.of(h.tag(), h.height()), KEY_GROUPS))
                        .distinct()
                        .sorted()
                        .toArray();
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_advisory_xact_lock(?, key_group) FROM unnest(?::int[]) AS key_group")) {
            statement.setInt(1, LOCKS);
            statement.setArray(2, connection.createArrayOf("int", groups));
            statement.execute();
        }
    }
}
