package io.godwit.demo;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.godwit.router.ExpectedVersion;
import io.godwit.router.NewEvent;
import io.godwit.router.RouterOptions;
import io.godwit.router.StreamId;
import io.godwit.router.TenantStoreRouter;
import io.godwit.testkit.PostgresDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** An application of several tenants that knows the stores, and asks the router for the rest. */
final class RoutedApplication implements AutoCloseable {

    private static final int EVENTS_PER_STREAM = 10;
    private static final int CONNECTIONS = 4;

    private final Map<String, HikariDataSource> pools;
    private final TenantStoreRouter router;

    /**
     * @param stores by store id
     */
    RoutedApplication(
            Map<String, PostgresDatabase> stores, String defaultStore, Duration writePause) {
        this.pools =
                stores.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, e -> pool(e.getValue())));
        Map<String, DataSource> sources =
                pools.keySet().stream().collect(Collectors.toMap(Function.identity(), pools::get));
        this.router =
                new TenantStoreRouter(
                        sources,
                        defaultStore,
                        new RouterOptions(writePause, Duration.ofMinutes(5), true));
    }

    private static HikariDataSource pool(PostgresDatabase database) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(config);
    }

    /** A thread of the application that appends to streams of this tenant. */
    SteadyAppends start(String name, UUID tenant) {
        return new SteadyAppends(name, new Streams(tenant)::append);
    }

    /** Where the tenant's appends go now. */
    String storeOf(UUID tenant) {
        return router.storeIdOf(tenant);
    }

    /** Used by one thread. */
    private final class Streams {

        private final UUID tenant;
        private StreamId stream;
        private long version;

        Streams(UUID tenant) {
            this.tenant = tenant;
        }

        void append(UUID event) {
            if (stream == null || version == EVENTS_PER_STREAM) {
                stream = new StreamId(tenant, UUID.randomUUID(), "Order");
                version = 0;
            }
            String payload = "{\"event_id\": \"" + event + "\", \"through\": \"the router\"}";
            router.append(
                    stream,
                    List.of(new NewEvent(event, "OrderChanged", Instant.now(), null, payload)),
                    ExpectedVersion.exact(version));
            version++;
        }
    }

    @Override
    public void close() {
        router.close();
        pools.values().forEach(HikariDataSource::close);
    }
}
