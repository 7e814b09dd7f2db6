package io.godwit.testkit;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.spec.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Event stores for the tests of a class, as a JUnit extension: one PostgreSQL per JVM, with logical
 * decoding, and a fresh database for every store.
 */
public final class TenantStores implements BeforeAllCallback {

    private static final Map<String, String> CONFIG =
            Map.of("wal_level", "logical", "max_prepared_transactions", "8");

    private Server server;

    private record Server(PostgresServer postgres)
            implements AutoCloseable, ExtensionContext.Store.CloseableResource {
        @Override
        public void close() {
            postgres.close();
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        server =
                context.getRoot()
                        .getStore(Namespace.create(TenantStores.class))
                        .getOrComputeIfAbsent(
                                Server.class,
                                key -> new Server(PostgresServer.start(CONFIG)),
                                Server.class);
    }

    public PostgresServer postgres() {
        return server.postgres();
    }

    /** A database without tables. */
    public PostgresDatabase newDatabase() {
        return server.postgres().newDatabase();
    }

    /** A store without events, in a database of its own. */
    public PostgresDatabase newStore(StoreVariant variant) {
        PostgresDatabase database = newDatabase();
        create(database, variant);
        return database;
    }

    /** A store with this history, in a database of its own. */
    public PostgresDatabase newStore(StoreVariant variant, TenantHistory history) {
        PostgresDatabase database = newStore(variant);
        history.fill(database, variant);
        return database;
    }

    /** Creates a store's tables; for callers that have a server of their own. */
    public static void create(PostgresDatabase database, StoreVariant variant) {
        variant.scripts().forEach(script -> run(database, script));
    }

    /** eventsource-py's control tables. */
    public static void createControlTables(PostgresDatabase database) {
        run(database, "/eventsourcing/control.sql");
    }

    /** What a spec says of such a store. */
    public static PostgresEventStoreSpec spec(
            PostgresDatabase database, String storeId, StoreVariant variant) {
        return new PostgresEventStoreSpec(
                storeId,
                database.url(),
                database.user(),
                new Secret(database.password()),
                variant.mapping(),
                false);
    }

    private static void run(PostgresDatabase database, String script) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                InputStream in = TenantStores.class.getResourceAsStream(script)) {
            statement.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (SQLException e) {
            throw new IllegalStateException(script + " does not run in " + database.name(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
