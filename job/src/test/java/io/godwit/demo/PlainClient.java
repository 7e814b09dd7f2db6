package io.godwit.demo;

import io.godwit.testkit.PostgresDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A client that inserts events of a tenant with nothing but JDBC and a URL. It knows nothing of
 * Godwit: when its insert is refused, the event is not stored and it stops, until somebody deploys
 * it with the other store's URL.
 */
final class PlainClient implements AutoCloseable {

    /** What the write fence raises. */
    private static final String MOVED = "GW002";

    private static final String INSERT =
            """
            INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                version, timestamp, payload)
            VALUES (?, ?, 'Import', 'ImportDone', ?, 1, clock_timestamp(), '{"through": "JDBC"}')
            """;

    private final UUID tenant;
    private final List<UUID> acknowledgedBefore = new ArrayList<>();
    private Connection connection;
    private SteadyAppends appends;
    private int refusals;

    PlainClient(UUID tenant, PostgresDatabase store) throws SQLException {
        this.tenant = tenant;
        deploy(store);
    }

    /** Starts it with this URL. */
    void deploy(PostgresDatabase store) throws SQLException {
        connection = store.connect();
        PreparedStatement insert = connection.prepareStatement(INSERT);
        appends =
                new SteadyAppends(
                        "the plain client",
                        event -> {
                            insert.setObject(1, event);
                            insert.setObject(2, UUID.randomUUID());
                            insert.setObject(3, tenant);
                            insert.executeUpdate();
                        });
    }

    /**
     * Waits until it was refused because its tenant has moved; it has stopped then.
     *
     * @return what the database told it
     */
    String awaitRefusal() throws SQLException {
        Exception failure = appends.awaitFailure();
        if (!(failure instanceof SQLException refused) || !MOVED.equals(refused.getSQLState())) {
            throw new IllegalStateException("The plain client failed, not of a move", failure);
        }
        refusals++;
        acknowledgedBefore.addAll(appends.acknowledged());
        connection.close();
        return firstLine(refused);
    }

    private static String firstLine(SQLException e) {
        return e.getSQLState() + " " + e.getMessage().lines().findFirst().orElse("");
    }

    void awaitMore(long events) {
        appends.awaitMore(events);
    }

    /** The longest insert since it was deployed, or since the last call. */
    Duration longest() {
        return appends.longest();
    }

    int refusals() {
        return refusals;
    }

    /** Of all its deployments, once it has stopped. */
    List<UUID> acknowledged() {
        List<UUID> all = new ArrayList<>(acknowledgedBefore);
        all.addAll(appends.acknowledged());
        return all;
    }

    void stop() {
        appends.stop();
    }

    @Override
    public void close() throws SQLException {
        appends.close();
        connection.close();
    }
}
