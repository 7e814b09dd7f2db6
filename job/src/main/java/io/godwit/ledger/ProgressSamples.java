package io.godwit.ledger;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The last samples of a migration's progress. Uses the ledger's connection, on its thread.
 *
 * <p>The two newest are kept, however rare checkpoints are; of the others those of two minutes.
 */
public final class ProgressSamples {

    /** Two in a second would say nothing more; old ones go when one is taken. */
    private static final String TAKE =
            """
            WITH taken AS (
                INSERT INTO progress_samples (migration_id, applied_through, events)
                SELECT p.migration_id, sum(p.applied_through),
                       (SELECT coalesce(sum(c.written + c.already_equal + c.dead_lettered), 0)
                        FROM applied_counts c WHERE c.migration_id = p.migration_id)
                FROM progress p
                WHERE p.migration_id = ? AND NOT EXISTS (
                    SELECT FROM progress_samples s
                    WHERE s.migration_id = p.migration_id
                        AND s.at > clock_timestamp() - interval '1 second')
                GROUP BY p.migration_id
                RETURNING migration_id)
            DELETE FROM progress_samples s USING taken
            WHERE s.migration_id = taken.migration_id
                AND s.at < clock_timestamp() - interval '2 minutes'
                AND s.at < (SELECT max(n.at) FROM progress_samples n
                            WHERE n.migration_id = taken.migration_id)
            """;

    private final Ledger ledger;

    public ProgressSamples(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Of the progress and the counts as they are in the ledger. */
    void take(long id) throws SQLException {
        if (exist()) {
            ledger.update(TAKE, id);
        }
    }

    /** Another job begins: what the last one did, and when, says nothing of it. */
    void forget(long id) throws SQLException {
        if (exist()) {
            ledger.update("DELETE FROM progress_samples WHERE migration_id = ?", id);
        }
    }

    /** When the last completed checkpoint was recorded. */
    public Optional<Instant> lastAt(long id) throws SQLException {
        try (PreparedStatement statement =
                        ledger.bind(
                                "SELECT max(updated_at) FROM progress WHERE migration_id = ?", id);
                ResultSet r = statement.executeQuery()) {
            r.next();
            return Optional.ofNullable(r.getTimestamp(1)).map(Timestamp::toInstant);
        }
    }

    /** As of now, by the ledger's own clock. */
    public ProgressRate rate(long id) throws SQLException {
        if (!exist()) {
            return ProgressRate.unknown("the ledger is of an older version, without samples");
        }
        List<ProgressSample> samples = new ArrayList<>();
        Instant now = Instant.EPOCH;
        try (PreparedStatement statement =
                        ledger.bind(
                                "SELECT at, applied_through, events, clock_timestamp()"
                                        + " FROM progress_samples WHERE migration_id = ?"
                                        + " ORDER BY at",
                                id);
                ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                samples.add(
                        new ProgressSample(
                                r.getTimestamp(1).toInstant(), r.getLong(2), r.getLong(3)));
                now = r.getTimestamp(4).toInstant();
            }
        }
        return ProgressRate.of(samples, now);
    }

    /** A ledger that an older version made has no such table until it is migrated. */
    private boolean exist() throws SQLException {
        try (Statement statement = ledger.connection().createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT to_regclass('godwit.progress_samples') IS NOT NULL")) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
