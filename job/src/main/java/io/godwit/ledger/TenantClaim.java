package io.godwit.ledger;

import java.util.Objects;

/**
 * A tenant in a store, which at most one active migration may have: in the store that it leaves and
 * in the one that it enters.
 */
public record TenantClaim(String tenant, String storeId) {

    public TenantClaim {
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(storeId, "storeId");
    }
}
