package io.godwit.connector.postgres.eventstore;

import java.util.Objects;

/**
 * What one store's database says about a tenant.
 *
 * @param storeId the store that takes the tenant's appends
 * @param epoch number of the decision; it only grows
 */
public record TenantRoute(String tenantId, String storeId, long epoch, State state) {

    /** Whether the database that holds the row takes the tenant's appends. */
    public enum State {
        OPEN,
        MOVED
    }

    public TenantRoute {
        Objects.requireNonNull(tenantId, "tenantId");
        Objects.requireNonNull(storeId, "storeId");
        Objects.requireNonNull(state, "state");
    }

    /** Appends are taken here. */
    public boolean open() {
        return state == State.OPEN;
    }
}
