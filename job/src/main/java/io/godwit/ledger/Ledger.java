package io.godwit.ledger;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The control tables. One connection, autocommit but for phase changes; used by one thread at a
 * time.
 */
public final class Ledger implements AutoCloseable {

    private final Connection connection;

    public Ledger(LedgerDatabase database) throws SQLException {
        this.connection = database.connect();
    }

    Connection connection() {
        return connection;
    }

    /** The newest migration of that name, active or not. */
    public Optional<MigrationRow> find(String name) throws SQLException {
        return one(
                MigrationRow::of,
                "SELECT "
                        + MigrationRow.COLUMNS
                        + " FROM migrations WHERE name = ? ORDER BY id DESC LIMIT 1",
                name);
    }

    public List<MigrationRow> list() throws SQLException {
        return all(
                MigrationRow::of,
                "SELECT " + MigrationRow.COLUMNS + " FROM migrations ORDER BY id");
    }

    /** Records a migration as PENDING. The unique index refuses a second active one of its name. */
    public MigrationRow create(String name, String kind, String spec, boolean continuous)
            throws SQLException {
        MigrationRow row =
                one(
                                MigrationRow::of,
                                "INSERT INTO migrations (name, kind, phase, spec, continuous)"
                                        + " VALUES (?, ?, 'PENDING', ?, ?) RETURNING "
                                        + MigrationRow.COLUMNS,
                                name,
                                kind,
                                spec,
                                continuous)
                        .orElseThrow();
        audit(row.id(), "MIGRATION_CREATED", kind);
        return row;
    }

    /** Before a job is submitted: what it will run, and from what it starts. */
    public void submitting(long id, String spec, boolean continuous) throws SQLException {
        update(
                "UPDATE migrations SET spec = ?, continuous = ?, savepoint = NULL, reason = NULL,"
                        + " updated_at = now() WHERE id = ?",
                spec,
                continuous,
                id);
    }

    public void submitted(long id, String jobId, String flinkUrl, String checkpoints)
            throws SQLException {
        update(
                "UPDATE migrations SET job_id = ?, flink_url = ?, checkpoints = ?,"
                        + " updated_at = now() WHERE id = ?",
                jobId,
                flinkUrl,
                checkpoints,
                id);
        new ProgressSamples(this).forget(id);
        audit(id, "JOB_SUBMITTED", jobId + (flinkUrl == null ? "" : " at " + flinkUrl));
    }

    public void savepoint(long id, String path) throws SQLException {
        update("UPDATE migrations SET savepoint = ?, updated_at = now() WHERE id = ?", path, id);
        audit(id, "SAVEPOINT_TAKEN", path);
    }

    /**
     * Compare-and-set: goes to {@code to} from any phase that may, and does nothing when it is
     * there already.
     *
     * @throws MigrationException RECOVERABLE when the phase does not allow it
     */
    public void advance(long id, Phase to, String detail) throws SQLException {
        atomically(() -> advanceFrom(lockedPhase(id), id, to, detail));
    }

    /** Part of a transaction. */
    interface Change {
        void make() throws SQLException;
    }

    void atomically(Change change) throws SQLException {
        connection.setAutoCommit(false);
        try {
            change.make();
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    Phase lockedPhase(long id) throws SQLException {
        return one(
                        r -> Phase.valueOf(r.getString(1)),
                        "SELECT phase FROM migrations WHERE id = ? FOR UPDATE",
                        id)
                .orElseThrow();
    }

    void advanceFrom(Phase from, long id, Phase to, String detail) throws SQLException {
        if (from == to) {
            return;
        }
        if (!from.next().contains(to)) {
            throw MigrationException.refused(
                    "phase", "The migration is " + from + "; it cannot become " + to);
        }
        record(id, from, to, detail);
    }

    void record(long id, Phase from, Phase to, String detail) throws SQLException {
        update(
                "UPDATE migrations SET phase = ?, reason = CASE WHEN ? THEN ? END,"
                        + " updated_at = now() WHERE id = ?",
                to.name(),
                to == Phase.ABORTED || to == Phase.FAILED,
                detail,
                id);
        update(
                "INSERT INTO phase_changes (migration_id, from_phase, to_phase) VALUES (?, ?, ?)",
                id,
                from.name(),
                to.name());
        if (to.terminal()) {
            new TenantClaims(this).release(id);
        }
        audit(id, "PHASE_" + to.name(), detail);
    }

    public void audit(long id, String action, String detail) throws SQLException {
        update(
                "INSERT INTO audit (migration_id, action, actor, detail) VALUES (?, ?, ?, ?)",
                id,
                action,
                System.getProperty("user.name"),
                detail);
    }

    public List<AuditEntry> auditOf(long id) throws SQLException {
        return all(
                r ->
                        new AuditEntry(
                                r.getTimestamp(1).toInstant(),
                                r.getString(2),
                                r.getString(3),
                                r.getString(4)),
                "SELECT at, action, actor, detail FROM audit WHERE migration_id = ? ORDER BY id",
                id);
    }

    public void progress(long id, List<TagProgress> tags) throws SQLException {
        for (TagProgress tag : tags) {
            update(
                    """
                    INSERT INTO progress AS p (migration_id, tag, source_head, applied_through,
                                               ranges_pending, ranges_done)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (migration_id, tag) DO UPDATE
                    SET source_head = EXCLUDED.source_head,
                        applied_through = EXCLUDED.applied_through,
                        ranges_pending = EXCLUDED.ranges_pending,
                        ranges_done = EXCLUDED.ranges_done,
                        updated_at = now()
                    """,
                    id,
                    tag.tag(),
                    tag.sourceHead(),
                    tag.appliedThrough(),
                    tag.rangesPending(),
                    tag.rangesDone());
        }
        new ProgressSamples(this).take(id);
    }

    public List<TagProgress> progressOf(long id) throws SQLException {
        return all(
                r ->
                        new TagProgress(
                                r.getInt(1),
                                r.getLong(2),
                                r.getLong(3),
                                r.getLong(4),
                                r.getLong(5)),
                "SELECT tag, source_head, applied_through, ranges_pending, ranges_done"
                        + " FROM progress WHERE migration_id = ? ORDER BY tag",
                id);
    }

    /** What all writers together have applied, as of completed checkpoints. */
    public ApplyResult countsOf(long id) throws SQLException {
        return one(
                        r -> new ApplyResult(r.getLong(1), r.getLong(2), r.getLong(3)),
                        "SELECT coalesce(sum(written), 0), coalesce(sum(already_equal), 0),"
                                + " coalesce(sum(dead_lettered), 0)"
                                + " FROM applied_counts WHERE migration_id = ?",
                        id)
                .orElseThrow();
    }

    public void deadLetter(long id, MigrationException error) throws SQLException {
        update(
                """
                INSERT INTO dead_letters AS d (migration_id, key, severity, recoverability, reason)
                VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (migration_id, key) DO UPDATE
                SET reason = EXCLUDED.reason, last_at = now(), times = d.times + 1
                """,
                id,
                error.key(),
                error.severity().name(),
                error.recoverability().name(),
                error.getMessage());
    }

    public void verified(
            long id, String level, boolean matched, long compared, long differences, String detail)
            throws SQLException {
        update(
                "INSERT INTO verifications (migration_id, level, matched, compared, differences,"
                        + " detail) VALUES (?, ?, ?, ?, ?, ?)",
                id,
                level,
                matched,
                compared,
                differences,
                detail);
        audit(id, matched ? "VERIFIED" : "VERIFICATION_FAILED", level + ": " + detail);
    }

    /** What a result set stands on. */
    private interface Row<T> {
        T of(ResultSet r) throws SQLException;
    }

    private <T> Optional<T> one(Row<T> row, String sql, Object... arguments) throws SQLException {
        return all(row, sql, arguments).stream().findFirst();
    }

    private <T> List<T> all(Row<T> row, String sql, Object... arguments) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (PreparedStatement statement = bind(sql, arguments);
                ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                rows.add(row.of(r));
            }
        }
        return rows;
    }

    void update(String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = bind(sql, arguments)) {
            statement.executeUpdate();
        }
    }

    PreparedStatement bind(String sql, Object... arguments) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
