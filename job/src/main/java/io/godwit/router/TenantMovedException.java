package io.godwit.router;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The database refused an append because it does not take the tenant's appends (SQLSTATE GW002).
 * Nothing was stored. {@link TenantStoreRouter} follows; who uses one store alone sees it.
 */
public final class TenantMovedException extends EventStoreException {

    /** The agreed text; it is searched for, because drivers put words around it. */
    private static final Pattern MESSAGE =
            Pattern.compile("tenant (.+?) has moved to store (.+) \\(epoch (\\d+)\\)");

    private final String tenantId;
    private final transient Route route;

    private TenantMovedException(String message, String tenantId, Route route, SQLException cause) {
        super(message, cause);
        this.tenantId = tenantId;
        this.route = route;
    }

    static EventStoreException from(String refusedBy, SQLException refusal) {
        Matcher m = MESSAGE.matcher(String.valueOf(refusal.getMessage()));
        if (!m.find()) {
            return new EventStoreException(
                    "Store %s refused with GW002 and does not name the tenant's store: %s"
                            .formatted(refusedBy, refusal.getMessage()),
                    refusal);
        }
        return new TenantMovedException(
                m.group() + "; store " + refusedBy + " does not take its appends",
                m.group(1),
                new Route(m.group(2), Long.parseLong(m.group(3))),
                refusal);
    }

    public String tenantId() {
        return tenantId;
    }

    /** Where the tenant's appends go. */
    public String storeId() {
        return route.storeId();
    }

    /** The number of that decision. */
    public long epoch() {
        return route.epoch();
    }

    Route route() {
        return route;
    }
}
