package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.TenantRoute;
import io.godwit.connector.postgres.eventstore.TenantRoutes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Who of a migration's tenants has left a store, and what is the last that it has of them. */
final class Moved {

    private final SwitchDirection direction;

    Moved(SwitchDirection direction) {
        this.direction = direction;
    }

    /** All of them are still taken by the store that is to be left. */
    boolean none() throws SQLException {
        TenantRoutes routes = new TenantRoutes(direction.from().eventStore());
        try (Connection from = direction.from().open(direction.migration())) {
            for (String tenant : direction.tenants()) {
                if (!routes.read(from, tenant).map(TenantRoute::open).orElse(true)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The last position of the other store from before it took the tenant's appends. */
    long copied(String tenant) throws SQLException {
        try (Connection from = direction.from().open(direction.migration())) {
            return direction.copied(tenant).read(from).orElse(0);
        }
    }

    /**
     * The tenants' last position in the store that they have left; nothing is appended there any
     * more.
     *
     * @param known one that is known already, 0 for none
     */
    long lastPosition(long known) throws SQLException {
        EventStoreMapping mapping = direction.from().eventStore();
        String position = EventStoreMapping.quoted(mapping.position());
        String sql =
                "SELECT coalesce(max("
                        + position
                        + "), 0) FROM "
                        + mapping.quotedTable()
                        + " WHERE "
                        + position
                        + " > ? AND CAST("
                        + EventStoreMapping.quoted(mapping.tenantId())
                        + " AS text) = ANY (?)";
        try (Connection from = direction.from().open(direction.migration());
                PreparedStatement statement = from.prepareStatement(sql)) {
            statement.setLong(1, known);
            statement.setArray(2, from.createArrayOf("text", direction.tenants().toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return Math.max(known, rows.getLong(1));
            }
        }
    }
}
