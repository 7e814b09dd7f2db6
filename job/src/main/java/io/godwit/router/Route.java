package io.godwit.router;

import java.util.Objects;

/**
 * A decision about a tenant: this store takes its appends. The newer of two has the higher epoch;
 * epoch 0 is none: the router's default.
 */
record Route(String storeId, long epoch) {

    Route {
        Objects.requireNonNull(storeId, "storeId");
    }
}
