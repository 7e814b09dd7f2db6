package io.godwit.ledger;

import io.godwit.model.Phase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * A migration as the ledger holds it.
 *
 * @param jobId null before the first job
 * @param flinkUrl the REST address of the cluster that runs it; null when it is not known
 * @param checkpoints the job's checkpoint directory; null when it is not known
 * @param savepoint where pause or cutover left the job's state; null while it runs
 * @param reason why it was aborted or failed; null otherwise
 */
public record MigrationRow(
        long id,
        String name,
        String kind,
        Phase phase,
        String spec,
        boolean continuous,
        String jobId,
        String flinkUrl,
        String checkpoints,
        String savepoint,
        String reason,
        Instant createdAt,
        Instant updatedAt) {

    static final String COLUMNS =
            "id, name, kind, phase, spec, continuous, job_id, flink_url, checkpoints, savepoint,"
                    + " reason, created_at, updated_at";

    /** The row that a query of {@link #COLUMNS} stands on. */
    static MigrationRow of(ResultSet r) throws SQLException {
        return new MigrationRow(
                r.getLong("id"),
                r.getString("name"),
                r.getString("kind"),
                Phase.valueOf(r.getString("phase")),
                r.getString("spec"),
                r.getBoolean("continuous"),
                r.getString("job_id"),
                r.getString("flink_url"),
                r.getString("checkpoints"),
                r.getString("savepoint"),
                r.getString("reason"),
                r.getTimestamp("created_at").toInstant(),
                r.getTimestamp("updated_at").toInstant());
    }
}
