package io.godwit.connector.postgres.eventstore.companion;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;

/**
 * eventsource-py's tenant_routing: reads and writes of a tenant go to {@code store_id} in every
 * state but cutover_paused, in which its routers raise an error. Godwit never writes that state:
 * the source database itself holds writers during a cutover, and they do not fail.
 */
final class RoutingTable {

    static final String NORMAL = "normal";
    static final String MIGRATED = "migrated";

    private final Connection connection;
    private final ControlSchema schema;

    RoutingTable(Connection connection, ControlSchema schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /**
     * @param migration null if none is active
     */
    record Route(String store, String state, UUID migration) {

        boolean switchedBy(TenantMigration row) {
            return store.equals(row.target())
                    && row.id().equals(migration)
                    && state.equals(MIGRATED);
        }
    }

    /** In the caller's transaction, to whose end nobody else changes it. */
    Route lock(TenantMigration row) throws SQLException {
        return route(row.tenant(), " FOR UPDATE")
                .orElseThrow(() -> row.refused("has no row in tenant_routing any more"));
    }

    Optional<Route> read(UUID tenant) throws SQLException {
        return route(tenant, "");
    }

    private Optional<Route> route(UUID tenant, String how) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT store_id, migration_state, active_migration_id FROM "
                                + schema.routing()
                                + " WHERE tenant_id = ?"
                                + how)) {
            statement.setObject(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(
                                new Route(
                                        rows.getString(1),
                                        rows.getString(2),
                                        rows.getObject(3, UUID.class)))
                        : Optional.empty();
            }
        }
    }

    /** A tenant that nobody has routed is in the store that it leaves. */
    void create(UUID tenant, String store) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "INSERT INTO "
                                + schema.routing()
                                + " (tenant_id, store_id) VALUES (?, ?)"
                                + " ON CONFLICT (tenant_id) DO NOTHING")) {
            statement.setObject(1, tenant);
            statement.setString(2, store);
            statement.executeUpdate();
        }
    }

    void set(UUID tenant, Route route) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "UPDATE "
                                + schema.routing()
                                + " SET store_id = ?, migration_state = ?, active_migration_id = ?"
                                + " WHERE tenant_id = ?")) {
            statement.setString(1, route.store());
            statement.setString(2, route.state());
            statement.setObject(3, route.migration());
            statement.setObject(4, tenant);
            statement.executeUpdate();
        }
    }
}
