package io.godwit.router;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The payload of {@code NOTIFY godwit_route}: a JSON object of three fields without escapes. */
record RouteNotice(String tenantId, Route route) {

    private static final Pattern TENANT = field("tenant_id", "\"([^\"\\\\]+)\"");
    private static final Pattern STORE = field("store_id", "\"([^\"\\\\]+)\"");
    private static final Pattern EPOCH = field("epoch", "(\\d{1,18})");

    private static Pattern field(String name, String value) {
        return Pattern.compile("\"" + name + "\"\\s*:\\s*" + value + "\\s*[,}]");
    }

    /** Empty if it is not one that is understood; the routes are then to be asked for. */
    static Optional<RouteNotice> parse(String payload) {
        Matcher tenant = TENANT.matcher(payload);
        Matcher store = STORE.matcher(payload);
        Matcher epoch = EPOCH.matcher(payload);
        if (!tenant.find() || !store.find() || !epoch.find()) {
            return Optional.empty();
        }
        Route route = new Route(store.group(1), Long.parseLong(epoch.group(1)));
        return Optional.of(new RouteNotice(tenant.group(1), route));
    }
}
