package io.godwit.router;

import java.util.Collection;
import java.util.TreeSet;

/** A tenant has moved to a store that this router was not given. Nothing was stored. */
public final class StoreNotFoundException extends EventStoreException {

    private final String storeId;

    StoreNotFoundException(String storeId, Collection<String> known) {
        super(
                "Store %s is not known here, only %s; give the router its DataSource under that id"
                        .formatted(storeId, new TreeSet<>(known)));
        this.storeId = storeId;
    }

    public String storeId() {
        return storeId;
    }
}
