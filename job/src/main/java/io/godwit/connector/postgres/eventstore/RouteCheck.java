package io.godwit.connector.postgres.eventstore;

import io.godwit.model.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether the routes of both stores let a tenant's migration begin or go on: the source takes its
 * appends, the target does not yet. No row is as good as that. Reads only.
 */
public final class RouteCheck {

    private final String source;
    private final String target;

    /**
     * @param source store id
     * @param target store id
     */
    public RouteCheck(String source, String target) {
        this.source = source;
        this.target = target;
    }

    /** The store has had the tenant, and another one takes its appends. */
    public static boolean movedAway(Connection connection, EventStoreMapping mapping, String tenant)
            throws SQLException {
        return route(connection, mapping, tenant).map(route -> !route.open()).orElse(false);
    }

    public List<Finding> source(Connection connection, EventStoreMapping mapping, String tenant)
            throws SQLException {
        Optional<TenantRoute> route = route(connection, mapping, tenant);
        if (route.isEmpty()) {
            return List.of();
        }
        if (!route.get().open()) {
            return List.of(movedAlready(route.get()));
        }
        return route.get().storeId().equals(source)
                ? List.of()
                : List.of(
                        Finding.problem(
                                "the source's route of tenant "
                                        + tenant
                                        + " calls this store "
                                        + route.get().storeId()
                                        + ", the spec calls it "
                                        + source,
                                "correct source.store_id"));
    }

    public List<Finding> target(Connection connection, EventStoreMapping mapping, String tenant)
            throws SQLException {
        Optional<TenantRoute> route = route(connection, mapping, tenant);
        List<Finding> findings = new ArrayList<>();
        if (route.isPresent() && route.get().open()) {
            findings.add(movedAlready(route.get()));
        } else if (route.isPresent() && !route.get().storeId().equals(source)) {
            findings.add(
                    Finding.problem(
                            "the target sends appends of tenant "
                                    + tenant
                                    + " to store "
                                    + route.get().storeId()
                                    + ", not to the source "
                                    + source,
                            "it left the target for that store, or moves in from there: migrate"
                                    + " from "
                                    + route.get().storeId()
                                    + ", or end that migration first"));
        }
        return findings;
    }

    private Finding movedAlready(TenantRoute route) {
        String what =
                "tenant "
                        + route.tenantId()
                        + " has moved already: store "
                        + route.storeId()
                        + " takes its appends (epoch "
                        + route.epoch()
                        + ")";
        return Finding.problem(
                what,
                route.storeId().equals(target)
                        ? "finish with 'godwit cutover NAME', or take it back with 'godwit rollback"
                                + " NAME'"
                        : "migrate it from store " + route.storeId());
    }

    private static Optional<TenantRoute> route(
            Connection connection, EventStoreMapping mapping, String tenant) throws SQLException {
        return CatalogueQuery.holds(
                        connection, "SELECT to_regclass('godwit.tenant_route') IS NOT NULL")
                ? new TenantRoutes(mapping).read(connection, tenant)
                : Optional.empty();
    }
}
