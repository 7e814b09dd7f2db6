package io.godwit.connector.postgres.eventstore.companion;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.godwit.connector.postgres.eventstore.companion.RoutingTable.Route;
import io.godwit.model.Phase;
import java.sql.SQLException;

/**
 * One step of a migration in eventsource-py's tables: phase, route and audit, which go together.
 */
final class PhaseMove {

    private final MigrationTable migrations;
    private final RoutingTable routes;

    PhaseMove(MigrationTable migrations, RoutingTable routes) {
        this.migrations = migrations;
        this.routes = routes;
    }

    /**
     * Nothing, if it is there already.
     *
     * @param reason of an end or a rollback; null for none
     */
    void run(TenantMigration row, Phase to, String reason) throws SQLException {
        if (row.phase() == to) {
            return;
        }
        row.requireNext(to);
        Route route = routes.lock(row);
        if (route.switchedBy(row)) {
            afterSwitch(row, to);
        } else {
            beforeSwitch(row, to, route);
        }
        migrations.phase(row.id(), to);
        boolean rollback = to == Phase.DUAL_WRITE && row.phase() == Phase.CUTOVER;
        if (reason != null && (to == Phase.FAILED || rollback)) {
            migrations.error(row.id(), (rollback ? "Cutover failed: " : "") + reason);
        }
        migrations.audit(row.id(), kind(row.phase(), to), row.phase(), to, details(to, reason));
    }

    /** The route stays where the tenant is. */
    private static void afterSwitch(TenantMigration row, Phase to) {
        if (to == Phase.DUAL_WRITE) {
            throw row.refused("cannot give up a cutover after the switch; roll the tenant back");
        }
    }

    private void beforeSwitch(TenantMigration row, Phase to, Route route) throws SQLException {
        if (!route.store().equals(row.source())) {
            throw row.refused(
                    "cannot become "
                            + TenantMigration.word(to)
                            + ": tenant_routing has the tenant in store "
                            + route.store());
        }
        String state =
                switch (to) {
                    case BULK_COPY, DUAL_WRITE -> TenantMigration.word(to);
                    case PENDING, CUTOVER -> route.state();
                    case ABORTED, FAILED -> RoutingTable.NORMAL;
                    case COMPLETED ->
                            throw row.refused("cannot be completed: the tenant was not switched");
                };
        boolean ends = to == Phase.ABORTED || to == Phase.FAILED;
        routes.set(row.tenant(), new Route(route.store(), state, ends ? null : row.id()));
    }

    private static AuditKind kind(Phase from, Phase to) {
        return switch (to) {
            case PENDING, BULK_COPY -> AuditKind.PHASE_CHANGED;
            case DUAL_WRITE ->
                    from == Phase.CUTOVER ? AuditKind.CUTOVER_ROLLED_BACK : AuditKind.PHASE_CHANGED;
            case CUTOVER -> AuditKind.CUTOVER_INITIATED;
            case COMPLETED -> AuditKind.MIGRATION_COMPLETED;
            case ABORTED -> AuditKind.MIGRATION_ABORTED;
            case FAILED -> AuditKind.MIGRATION_FAILED;
        };
    }

    private static String details(Phase to, String reason) {
        if (reason == null) {
            return null;
        }
        return switch (to) {
            case DUAL_WRITE -> json("error_message", reason);
            case FAILED -> json("error", reason);
            case PENDING, BULK_COPY, CUTOVER, COMPLETED, ABORTED -> json("reason", reason);
        };
    }

    /** What jsonb takes. */
    static String json(String key, String value) {
        return JsonNodeFactory.instance
                .objectNode()
                .put(key, MigrationTable.text(value))
                .toString();
    }
}
