package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.TenantRoute;
import io.godwit.connector.postgres.eventstore.TenantRoutes;
import java.sql.Connection;
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
     * The last position of any of the tenants in the store that they have left, as the switches
     * have written it there.
     */
    long lastPosition() throws SQLException {
        long last = 0;
        try (Connection from = direction.from().open(direction.migration())) {
            for (String tenant : direction.tenants()) {
                last = Math.max(last, direction.left(tenant).read(from).orElse(0));
            }
        }
        return last;
    }
}
