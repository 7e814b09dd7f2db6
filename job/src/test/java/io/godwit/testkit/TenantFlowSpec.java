package io.godwit.testkit;

import io.godwit.connector.Connectors;
import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.SpecLoader;
import java.util.Map;

/** The spec of one tenant's migration from store "shared" into store "own", read from its file. */
public final class TenantFlowSpec {

    /** The migration's name. */
    public static final String NAME = "tenant";

    private TenantFlowSpec() {}

    /**
     * @param settings the spec's last lines
     */
    public static MigrationSpec of(
            PostgresDatabase source,
            PostgresDatabase target,
            StoreVariant variant,
            String tenant,
            String settings) {
        Map<String, String> environment =
                Map.of("SOURCE", source.password(), "TARGET", target.password());
        String yaml =
                """
                name: %s
                kind: tenant
                tenants: [%s]
                source: %s
                target: %s
                parallelism: 2
                """
                        .formatted(
                                NAME,
                                tenant,
                                store("shared", source, "SOURCE", variant.mapping()),
                                store("own", target, "TARGET", variant.mapping()));
        return new SpecLoader(Connectors.TYPES, environment::get)
                .load(NAME + ".yaml", yaml + settings);
    }

    private static String store(
            String id, PostgresDatabase database, String password, EventStoreMapping mapping) {
        return """
               { type: postgres-event-store, store_id: %s, url: "%s", user: %s, password: "${%s}", \
               event_store: { table: %s, position: %s, event_id: %s, tenant_id: %s, stream: [%s], \
               version: %s, event_type: %s, timestamp: %s, payload: %s } }\
               """
                .formatted(
                        id,
                        database.url(),
                        database.user(),
                        password,
                        mapping.table(),
                        mapping.position(),
                        mapping.eventId(),
                        mapping.tenantId(),
                        String.join(", ", mapping.stream()),
                        mapping.version(),
                        mapping.eventType(),
                        mapping.timestamp(),
                        mapping.payload());
    }
}
