package io.godwit.connector.postgres.replication;

import io.godwit.connector.postgres.replication.PgOutputMessage.Insert;
import io.godwit.spec.Secret;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantStores;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** For each test a database with a table of notes, a feed of that table, and what comes by it. */
final class FedNotes implements BeforeEachCallback, AfterEachCallback {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final TenantStores stores;
    private PostgresDatabase database;
    private Connection connection;
    private ReplicationFeed feed;

    /**
     * @param stores whose server the databases are made on
     */
    FedNotes(TenantStores stores) {
        this.stores = stores;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws SQLException {
        database = stores.newDatabase();
        connection = database.connect();
        run("CREATE TABLE notes (id bigserial PRIMARY KEY, body text)");
        feed("notes");
    }

    @Override
    public void afterEach(ExtensionContext context) throws SQLException {
        feed.drop();
        connection.close();
    }

    PostgresDatabase database() {
        return database;
    }

    Connection connection() {
        return connection;
    }

    ReplicationFeed feed() {
        return feed;
    }

    /** From now on the feed is one of this table. */
    void feed(String quotedTable) throws SQLException {
        feed = new ReplicationFeed(connection, "a-migration", quotedTable);
    }

    LogicalStream open() throws SQLException {
        return feed.open(
                new ServerAddress(
                        database.url(),
                        database.user(),
                        new Secret(database.password()),
                        "a-migration"));
    }

    void run(String... statements) throws SQLException {
        run(connection, statements);
    }

    static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    String ask(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** The bodies of all rows that come until there are so many. */
    static List<String> bodies(LogicalStream stream, int count) {
        List<String> bodies = new ArrayList<>();
        Awaitility.await(count + " rows")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(
                        () -> {
                            collect(stream, bodies);
                            return bodies.size() >= count;
                        });
        return bodies;
    }

    private static void collect(LogicalStream stream, List<String> bodies) throws SQLException {
        for (PgOutputMessage message; (message = stream.poll()) != null; ) {
            if (message instanceof Insert insert) {
                bodies.add(new String(insert.row().value(1), StandardCharsets.UTF_8));
            }
        }
    }

    /** Returns when the stream has passed all that the server has now. */
    void awaitPassed(LogicalStream stream, List<String> bodies) throws SQLException {
        long end = new WalPosition(connection).end();
        Awaitility.await("the end of the log")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(
                        () -> {
                            collect(stream, bodies);
                            return stream.receivedThrough() >= end;
                        });
    }
}
