package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.companion.RoutingTable.Route;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Keeps eventsource-py's control tables true, where the ledger's database has them: its routers
 * follow a cutover, and its operators see the migration among theirs.
 *
 * <p>Every method takes part in the caller's transaction if the connection has one, and else makes
 * one of its own. Repeating a step that was made changes nothing, so after a crash the steps are
 * made again. Used by one thread, that of the connection.
 */
public final class EventsourceControl {

    private final Connection connection;
    private final MigrationTable migrations;
    private final RoutingTable routes;
    private final PhaseMove moves;

    private EventsourceControl(Connection connection, ControlSchema schema) {
        this.connection = connection;
        this.migrations = new MigrationTable(connection, schema);
        this.routes = new RoutingTable(connection, schema);
        this.moves = new PhaseMove(migrations, routes);
    }

    /** Present if the database has tenant_migrations and tenant_routing, in whatever schema. */
    public static Optional<EventsourceControl> find(Connection connection) throws SQLException {
        return ControlSchema.find(connection)
                .map(schema -> new EventsourceControl(connection, schema));
    }

    /**
     * Empty for a tenant that is no UUID: these tables cannot name it, so they say nothing of it.
     */
    public static Optional<UUID> tenant(String tenant) {
        return tenant.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
                ? Optional.of(UUID.fromString(tenant))
                : Optional.empty();
    }

    /**
     * The id of a tenant's migration in these tables: a version 3 UUID of {@code
     * godwit:<migration>:<ledger row>:<tenant>}, the same whenever it is asked for.
     *
     * @param ledgerId the migration's row in Godwit's ledger, another one for each run
     */
    public static UUID migrationId(String migration, long ledgerId, UUID tenant) {
        return UUID.nameUUIDFromBytes(
                ("godwit:" + migration + ":" + ledgerId + ":" + tenant)
                        .getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Records a migration in phase pending. Refused if the tenant has another active one, or is
     * routed to another store than the one it is to leave.
     *
     * @param config JSON with eventsource-py's keys
     */
    public void begin(
            UUID id, UUID tenant, String source, String target, String config, String migration)
            throws SQLException {
        TenantMigration row =
                new TenantMigration(
                        id, tenant, source, target, Phase.PENDING, createdBy(migration));
        atomically(
                () -> {
                    if (migrations.insert(row, config)) {
                        routes.create(tenant, source);
                        Route route = routes.lock(row);
                        if (!route.store().equals(source)) {
                            throw row.refused(
                                    "cannot begin: tenant_routing has the tenant in store "
                                            + route.store()
                                            + ", not in "
                                            + source);
                        }
                        migrations.audit(
                                id, AuditKind.MIGRATION_STARTED, null, Phase.PENDING, config);
                    } else if (migrations.find(id).isEmpty()) {
                        throw another(tenant);
                    }
                });
    }

    static String createdBy(String migration) {
        return "godwit/" + migration;
    }

    private MigrationException another(UUID tenant) throws SQLException {
        return MigrationException.refused(
                tenant.toString(),
                "Tenant "
                        + tenant
                        + " has an active migration in eventsource-py's tenant_migrations: "
                        + migrations
                                .active(tenant)
                                .map(
                                        row ->
                                                row.id()
                                                        + " in phase "
                                                        + TenantMigration.word(row.phase()))
                                .orElse("one that has just ended; try again")
                        + ". One store at a time: let it end, or abort it");
    }

    /** Empty for a migration that was not begun here. */
    public Optional<Phase> phaseOf(UUID id) throws SQLException {
        return migrations.find(id).map(TenantMigration::phase);
    }

    /**
     * It was begun and has ended, and its tenant is not where it has brought it, or not any more: a
     * switch that comes now is another migration's.
     */
    public boolean isOver(UUID id) throws SQLException {
        TenantMigration row = migrations.find(id).orElse(null);
        return row != null
                && row.phase().terminal()
                && !routes.read(row.tenant()).map(route -> route.switchedBy(row)).orElse(false);
    }

    /** Follows Godwit's migration into a phase. For an end, use its own method. */
    public void phase(UUID id, Phase to) throws SQLException {
        atomically(
                () -> {
                    TenantMigration row = migrations.require(id);
                    if (row.phase() == Phase.PENDING && to == Phase.DUAL_WRITE) {
                        moves.run(row, Phase.BULK_COPY, null);
                        row = migrations.require(id);
                    }
                    moves.run(row, to, null);
                });
    }

    /**
     * Routes the tenant to the target. Best in the transaction that switches Godwit's own route.
     *
     * @param details JSON for the audit, such as the measured pause; null for none
     */
    public void switched(UUID id, String details) throws SQLException {
        atomically(
                () -> {
                    TenantMigration row = migrations.require(id);
                    Route route = routes.lock(row);
                    if (route.switchedBy(row)) {
                        return;
                    }
                    if (row.phase() != Phase.CUTOVER || !route.store().equals(row.source())) {
                        throw row.refused(
                                "cannot switch in phase "
                                        + TenantMigration.word(row.phase())
                                        + " with the tenant in store "
                                        + route.store());
                    }
                    routes.set(row.tenant(), new Route(row.target(), RoutingTable.MIGRATED, id));
                    migrations.audit(id, AuditKind.CUTOVER_COMPLETED, row.phase(), null, details);
                });
    }

    /** The migration ends with the tenant in the target. */
    public void completed(UUID id) throws SQLException {
        phase(id, Phase.COMPLETED);
    }

    /** The migration ends with the tenant where it was. */
    public void aborted(UUID id, String reason) throws SQLException {
        atomically(() -> moves.run(migrations.require(id), Phase.ABORTED, reason));
    }

    /** As aborted; the error is kept, cut at 1000 characters as eventsource-py does. */
    public void failed(UUID id, String error) throws SQLException {
        atomically(() -> moves.run(migrations.require(id), Phase.FAILED, error));
    }

    /** An attempt to cut over was given up before the switch. */
    public void cutoverRolledBack(UUID id, String reason) throws SQLException {
        atomically(() -> moves.run(migrations.require(id), Phase.DUAL_WRITE, reason));
    }

    /**
     * After the switch, the tenant went back to the store that it came from. A completed migration
     * stays completed, with the rollback in its audit; one that was not yet is aborted.
     */
    public void rolledBack(UUID id, String reason) throws SQLException {
        atomically(
                () -> {
                    TenantMigration row = migrations.require(id);
                    Route route = routes.lock(row);
                    if (route.switchedBy(row)) {
                        routes.set(
                                row.tenant(), new Route(row.source(), RoutingTable.NORMAL, null));
                        migrations.audit(
                                id,
                                AuditKind.CUTOVER_ROLLED_BACK,
                                row.phase(),
                                row.phase(),
                                PhaseMove.json("reason", reason));
                    } else if (!route.store().equals(row.source())) {
                        throw row.refused(
                                "cannot be rolled back with the tenant in store " + route.store());
                    }
                    if (!row.phase().terminal()) {
                        moves.run(row, Phase.ABORTED, reason);
                    }
                });
    }

    /** The job was stopped for a while; the phase stays. */
    public void paused(UUID id, String reason) throws SQLException {
        pause(id, reason == null ? "" : reason, AuditKind.MIGRATION_PAUSED);
    }

    public void resumed(UUID id) throws SQLException {
        pause(id, null, AuditKind.MIGRATION_RESUMED);
    }

    private void pause(UUID id, String reason, AuditKind kind) throws SQLException {
        atomically(
                () -> {
                    TenantMigration row = migrations.require(id);
                    if (row.phase().terminal()) {
                        throw row.refused(
                                "has ended in phase " + TenantMigration.word(row.phase()));
                    }
                    if (migrations.paused(id, reason)) {
                        migrations.audit(
                                id,
                                kind,
                                null,
                                null,
                                reason == null ? null : PhaseMove.json("reason", reason));
                    }
                });
    }

    /**
     * @param source position through which the source was read; empty keeps what was said before
     * @param target last position that was written
     */
    public void progress(UUID id, long total, long copied, OptionalLong source, OptionalLong target)
            throws SQLException {
        atomically(
                () ->
                        migrations.progress(
                                migrations.require(id),
                                total,
                                copied,
                                source.isPresent() ? source.getAsLong() : null,
                                target.isPresent() ? target.getAsLong() : null));
    }

    /**
     * An entry that is not about a phase, such as a verification; none where there is no log.
     *
     * @param details JSON, null for none
     */
    public void audit(UUID id, AuditKind kind, String details) throws SQLException {
        atomically(() -> migrations.audit(id, kind, null, null, details));
    }

    private interface Step {
        void run() throws SQLException;
    }

    private void atomically(Step step) throws SQLException {
        if (!connection.getAutoCommit()) {
            step.run();
            return;
        }
        connection.setAutoCommit(false);
        try {
            step.run();
            connection.commit();
        } catch (SQLException | RuntimeException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
