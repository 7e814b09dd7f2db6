package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.TenantRoute;
import java.util.Optional;

/** Where a tenant is, as the routes of both stores say. */
enum Whereabouts {
    /** Not looked at, or not since something happened that could have changed it. */
    UNKNOWN,
    /** The store that is to be left takes its appends; the other one is closed. */
    HERE,
    /** The commit point is behind it; the other store is still closed. */
    BETWEEN,
    /** The other store takes its appends. */
    THERE,
    /** The routes were not prepared, or name a third store. */
    ASTRAY;

    /**
     * @param from the route in the store that is left
     * @param to the route in the other store
     * @param toStore id of the other store
     */
    static Whereabouts of(Optional<TenantRoute> from, Optional<TenantRoute> to, String toStore) {
        if (from.isEmpty() || to.isEmpty()) {
            return ASTRAY;
        }
        TenantRoute left = from.get();
        TenantRoute taken = to.get();
        if (left.open()) {
            boolean closed = !taken.open() && taken.storeId().equals(left.storeId());
            return closed && taken.epoch() <= left.epoch() ? HERE : ASTRAY;
        }
        if (!left.storeId().equals(toStore)) {
            return ASTRAY;
        }
        if (taken.open()) {
            return taken.epoch() == left.epoch() ? THERE : ASTRAY;
        }
        return taken.epoch() < left.epoch() ? BETWEEN : ASTRAY;
    }
}
