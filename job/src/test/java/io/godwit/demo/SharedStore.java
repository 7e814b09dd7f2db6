package io.godwit.demo;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The store of three tenants, in eventsource-py's tables, and the empty database that one of them
 * moves to.
 *
 * @param history what was in it before anybody wrote
 */
record SharedStore(PostgresDatabase shared, PostgresDatabase dedicated, TenantHistory history) {

    static final StoreVariant TABLES = StoreVariant.CURRENT;

    static final String SOURCE_ID = "shared";
    static final String TARGET_ID = "dedicated-acme";

    /** Half, a third, the rest. */
    private static final List<Integer> SHARES = List.of(3, 2, 1);

    private static final String SUBSCRIPTION = "orders-projection";

    /** As eventsource-py writes it. */
    private static final String CHECKPOINT =
            """
            INSERT INTO projection_checkpoints (projection_name, last_event_id, last_event_type,
                                                last_processed_at, events_processed, position_token)
            SELECT ?, event_id, event_type, now(), place,
                   '{"s":"' || ? || '","k":[' || global_position || ']}'
            FROM (SELECT *, row_number() OVER (ORDER BY global_position) AS place
                  FROM events WHERE tenant_id = ?) AS own
            WHERE place = (SELECT count(*) / 2 FROM events WHERE tenant_id = ?)
            """;

    static SharedStore create(PostgresServer server, long seed, int events) {
        TenantHistory history = new TenantHistory(seed, events, SHARES);
        PostgresDatabase shared = server.newDatabase();
        TenantStores.create(shared, TABLES);
        history.fill(shared, TABLES);
        SharedStore store = new SharedStore(shared, server.newDatabase(), history);
        store.letConsumerRead();
        return store;
    }

    /** A consumer of the tenant that moves has come half the way. */
    private void letConsumerRead() {
        try (Connection connection = shared.connect();
                PreparedStatement statement = connection.prepareStatement(CHECKPOINT)) {
            statement.setString(1, SUBSCRIPTION);
            statement.setString(2, SOURCE_ID);
            statement.setObject(3, acme());
            statement.setObject(4, acme());
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot write a checkpoint in " + shared.name(), e);
        }
    }

    /** The one that moves. */
    UUID acme() {
        return UUID.fromString(history.tenant(0));
    }

    /** One that stays, and is written to. */
    UUID globex() {
        return UUID.fromString(history.tenant(1));
    }

    /** One that stays, and nobody writes to. */
    UUID initech() {
        return UUID.fromString(history.tenant(2));
    }

    /** Events that a store has of a tenant. */
    static long count(PostgresDatabase store, UUID tenant) throws SQLException {
        try (Connection connection = store.connect();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT count(*) FROM events WHERE tenant_id = ?")) {
            statement.setObject(1, tenant);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * The ids of a tenant's events in a store.
     *
     * @throws DemoFailure if one is there twice
     */
    static Set<UUID> eventIds(PostgresDatabase store, UUID tenant) throws SQLException {
        Set<UUID> ids = new HashSet<>();
        try (Connection connection = store.connect();
                PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT event_id FROM events WHERE tenant_id = ?")) {
            statement.setObject(1, tenant);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    UUID id = rows.getObject(1, UUID.class);
                    if (!ids.add(id)) {
                        throw new DemoFailure(
                                DemoFailure.MISMATCH,
                                "Event " + id + " is twice in " + store.name());
                    }
                }
            }
        }
        return ids;
    }
}
