package io.godwit.connector.postgres.eventstore;

import io.godwit.spec.Secret;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** A small event store in a database of its own, for tests of the fences. */
final class FencedStore {

    static final String ACME = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";
    static final String OTHER = "00000000-0000-4000-8000-000000000001";
    static final EventStoreMapping MAPPING =
            new EventStoreMapping(
                    "events",
                    "position",
                    "id",
                    "tenant_id",
                    List.of("stream"),
                    "v",
                    "t",
                    "at",
                    "body");
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final String COLUMNS =
            ", id uuid NOT NULL DEFAULT gen_random_uuid(), tenant_id uuid, stream uuid, v int DEFAULT 1, t text,"
                    + " at timestamptz NOT NULL DEFAULT now(), body jsonb";

    private final PostgresDatabase database;

    private FencedStore(PostgresDatabase database) {
        this.database = database;
    }

    static FencedStore plain(PostgresServer server) throws SQLException {
        return with(
                server,
                "CREATE TABLE events (position bigserial PRIMARY KEY" + COLUMNS + ", UNIQUE (id))");
    }

    static FencedStore partitioned(PostgresServer server) throws SQLException {
        return with(
                server,
                "CREATE SEQUENCE drawn",
                "CREATE TABLE events (position bigint NOT NULL DEFAULT nextval('drawn')"
                        + COLUMNS
                        + ", PRIMARY KEY (position, at)) PARTITION BY RANGE (at)",
                "CREATE TABLE events_rest PARTITION OF events DEFAULT");
    }

    static FencedStore with(PostgresServer server, String... ddl) throws SQLException {
        FencedStore store = new FencedStore(server.newDatabase());
        store.run(ddl);
        return store;
    }

    String url() {
        return database.url();
    }

    WriteFence fence() {
        PostgresEventStoreSpec spec =
                new PostgresEventStoreSpec(
                        "shared",
                        database.url(),
                        database.user(),
                        new Secret(database.password()),
                        MAPPING,
                        false);
        return new WriteFence(spec, "fence-test");
    }

    /** With the fence installed and the tenant's route open in store "shared". */
    FencedStore prepared() throws SQLException {
        fence().install(List.of(ACME));
        try (Connection connection = connect()) {
            new TenantRoutes(MAPPING).prepare(connection, ACME, "shared");
        }
        return this;
    }

    Connection connect() throws SQLException {
        return database.connect();
    }

    /** A session in a transaction. */
    Connection begin() throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        return connection;
    }

    void run(String... statements) throws SQLException {
        try (Connection connection = connect()) {
            for (String sql : statements) {
                execute(connection, sql);
            }
        }
    }

    String query(String sql) throws SQLException {
        try (Connection connection = connect()) {
            return query(connection, sql);
        }
    }

    /** Moves the tenant away, as a whole cutover does. */
    void moveAway(String tenant) throws SQLException {
        TenantSwitch change = new TenantSwitch(MAPPING);
        try (Connection connection = begin()) {
            change.lockExclusively(connection, tenant, PATIENCE);
            change.move(connection, tenant, "dedicated");
            connection.commit();
        }
    }

    /** Changes the text of the trigger function; fails if that would change nothing. */
    void spoilFence(String part, String instead) throws SQLException {
        String definition =
                query(
                        "SELECT pg_get_functiondef(tgfoid) FROM pg_trigger WHERE tgname = '"
                                + FenceTrigger.NAME
                                + "' AND tgrelid = 'events'::regclass");
        String spoiled = definition.replace(part, instead);
        if (spoiled.equals(definition)) {
            throw new IllegalStateException("No '" + part + "' in " + definition);
        }
        run(spoiled);
    }

    /** Returns when the session waits for a lock. */
    void awaitBlocked(int pid) {
        Awaitility.await("session " + pid + " waits for a lock")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> isBlocked(pid));
    }

    boolean isBlocked(int pid) throws SQLException {
        return query("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = " + pid)
                .equals("1");
    }

    static String insert(String tenant) {
        return "INSERT INTO events (tenant_id) VALUES ('" + tenant + "')";
    }

    static long append(Connection connection, String tenant) throws SQLException {
        return Long.parseLong(query(connection, insert(tenant) + " RETURNING position"));
    }

    static int pid(Connection connection) throws SQLException {
        return Integer.parseInt(query(connection, "SELECT pg_backend_pid()"));
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static String query(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
