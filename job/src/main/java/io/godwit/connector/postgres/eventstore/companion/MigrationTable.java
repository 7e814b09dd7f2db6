package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** eventsource-py's tenant_migrations and migration_audit_log, in the caller's transaction. */
final class MigrationTable {

    private static final Logger LOG = LoggerFactory.getLogger(MigrationTable.class);

    /** What eventsource-py keeps of an error. */
    private static final int LONGEST_ERROR = 1000;

    private static final String ACTIVE = "phase NOT IN ('completed', 'aborted', 'failed')";

    private final Connection connection;
    private final ControlSchema schema;

    MigrationTable(Connection connection, ControlSchema schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /** False if the id is taken, or the tenant has an active migration. */
    boolean insert(TenantMigration row, String config) throws SQLException {
        return update(
                        "INSERT INTO "
                                + schema.migrations()
                                + " (id, tenant_id, source_store_id, target_store_id, config,"
                                + " created_by) VALUES (?, ?, ?, ?, CAST(? AS jsonb), left(?, 255))"
                                + " ON CONFLICT DO NOTHING",
                        row.id(),
                        row.tenant(),
                        row.source(),
                        row.target(),
                        config,
                        row.createdBy())
                == 1;
    }

    Optional<TenantMigration> find(UUID id) throws SQLException {
        return row("id = ? FOR UPDATE", id);
    }

    TenantMigration require(UUID id) throws SQLException {
        return find(id).orElseThrow(
                        () ->
                                MigrationException.refused(
                                        id.toString(),
                                        "There is no migration "
                                                + id
                                                + " in "
                                                + schema.migrations()
                                                + "; it was deleted there, or never begun"));
    }

    Optional<TenantMigration> active(UUID tenant) throws SQLException {
        return row("tenant_id = ? AND " + ACTIVE, tenant);
    }

    private Optional<TenantMigration> row(String where, UUID key) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT "
                                + TenantMigration.COLUMNS
                                + " FROM "
                                + schema.migrations()
                                + " WHERE "
                                + where)) {
            statement.setObject(1, key);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(TenantMigration.of(rows)) : Optional.empty();
            }
        }
    }

    /** With the times that eventsource-py keeps of the phase. */
    void phase(UUID id, Phase to) throws SQLException {
        String times =
                switch (to) {
                    case PENDING -> "";
                    case BULK_COPY -> ", started_at = {now}, bulk_copy_started_at = {now}";
                    case DUAL_WRITE ->
                            ", bulk_copy_completed_at = {now}, dual_write_started_at = {now}";
                    case CUTOVER -> ", cutover_started_at = {now}";
                    case COMPLETED, ABORTED, FAILED -> ", completed_at = {now}";
                };
        update(
                "UPDATE "
                        + schema.migrations()
                        + " SET phase = ?"
                        + times.replace("{now}", "clock_timestamp()")
                        + " WHERE id = ?",
                TenantMigration.word(to),
                id);
    }

    void error(UUID id, String error) throws SQLException {
        update(
                "UPDATE "
                        + schema.migrations()
                        + " SET error_count = COALESCE(error_count, 0) + 1, last_error = left(?, "
                        + LONGEST_ERROR
                        + "), last_error_at = clock_timestamp() WHERE id = ?",
                text(error),
                id);
    }

    /**
     * @param reason null to resume
     * @return false if it was so already
     */
    boolean paused(UUID id, String reason) throws SQLException {
        boolean pause = reason != null;
        return update(
                        "UPDATE "
                                + schema.migrations()
                                + " SET is_paused = ?, paused_at = CASE WHEN ? THEN"
                                + " clock_timestamp() END, pause_reason = ? WHERE id = ?"
                                + " AND is_paused IS DISTINCT FROM ?",
                        pause,
                        pause,
                        text(reason),
                        id,
                        pause)
                == 1;
    }

    /** Positions are tokens where the table has them, and plain integers before 0.8. */
    void progress(TenantMigration row, long total, long copied, Long source, Long target)
            throws SQLException {
        String sql =
                """
                UPDATE {table} SET events_total = ?, events_copied = ?,
                    last_source_position{suffix} = COALESCE(CAST(? AS {type}),
                                                            last_source_position{suffix}),
                    last_target_position{suffix} = COALESCE(CAST(? AS {type}),
                                                            last_target_position{suffix})
                WHERE id = ?
                """;
        update(
                sql.replace("{table}", schema.migrations())
                        .replace("{suffix}", schema.tokens() ? "_token" : "")
                        .replace("{type}", schema.tokens() ? "text" : "bigint"),
                total,
                copied,
                position(row.source(), source),
                position(row.target(), target),
                row.id());
    }

    private String position(String store, Long position) {
        if (position == null) {
            return null;
        }
        return schema.tokens()
                ? new PositionToken(store, position).encode()
                : String.valueOf(position);
    }

    /**
     * As in eventsource-py, what cannot be audited happens all the same.
     *
     * @param from null if the entry is not about a phase
     * @param details JSON, null for none
     */
    void audit(UUID id, AuditKind kind, Phase from, Phase to, String details) throws SQLException {
        if (!schema.auditLog()) {
            return;
        }
        Savepoint before = connection.setSavepoint();
        try {
            update(
                    "INSERT INTO "
                            + schema.audit()
                            + " (migration_id, event_type, old_phase, new_phase, details, operator,"
                            + " occurred_at) VALUES (?, ?, ?, ?, CAST(? AS jsonb), 'godwit',"
                            + " clock_timestamp())",
                    id,
                    kind.word(),
                    from == null ? null : TenantMigration.word(from),
                    to == null ? null : TenantMigration.word(to),
                    details);
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            connection.rollback(before);
            LOG.warn("No {} in {} for migration {}", kind.word(), schema.audit(), id, e);
        }
    }

    /** PostgreSQL's text holds any character but one. */
    static String text(String text) {
        return text == null ? null : text.replace("\0", "\uFFFD");
    }

    private int update(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }
}
