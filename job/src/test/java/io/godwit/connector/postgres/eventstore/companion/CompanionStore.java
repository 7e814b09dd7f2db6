package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** An eventsource-py store with a few events and checkpoints that a test puts there one by one. */
record CompanionStore(PostgresDatabase database, String storeId, StoreVariant variant) {

    static final String ACME = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";
    static final String OTHER = "00000000-0000-4000-8000-000000000001";

    static CompanionStore create(TenantStores stores, String storeId, StoreVariant variant) {
        return new CompanionStore(stores.newStore(variant), storeId, variant);
    }

    PostgresEventStoreSpec spec() {
        return TenantStores.spec(database, storeId, variant);
    }

    /** The id of an event by a name that a test can read. */
    static String event(Object name) {
        return UUID.nameUUIDFromBytes(("event " + name).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    record Placed(long position, String event, String tenant) {}

    CompanionStore put(List<Placed> events) throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement insert =
                        connection.prepareStatement(
                                """
                                INSERT INTO events (global_position, event_id, aggregate_id,
                                    aggregate_type, event_type, tenant_id, version, timestamp, payload)
                                VALUES (?, CAST(? AS uuid), CAST(? AS uuid), 'Order', 'OrderOpened',
                                    CAST(? AS uuid), 1, now(), '{}')
                                """)) {
            for (Placed event : events) {
                insert.setLong(1, event.position());
                insert.setString(2, event.event());
                insert.setString(3, event.event());
                insert.setString(4, event.tenant());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        return this;
    }

    CompanionStore put(String tenant, long... positions) throws SQLException {
        List<Placed> events = new ArrayList<>();
        for (long position : positions) {
            events.add(new Placed(position, event(position), tenant));
        }
        return put(events);
    }

    /** A consumer of this store that has had the event at this position. */
    CompanionStore consumed(String name, String event, long position) throws SQLException {
        return checkpoint(
                name,
                event,
                variant == StoreVariant.BEFORE_0_8
                        ? String.valueOf(position)
                        : new PositionToken(storeId, position).encode());
    }

    /**
     * @param position as the column of this version has it
     */
    CompanionStore checkpoint(String name, String event, String position) throws SQLException {
        boolean tokens = variant != StoreVariant.BEFORE_0_8;
        run(
                "INSERT INTO projection_checkpoints (projection_name, last_event_id,"
                        + " last_event_type, last_processed_at, events_processed, "
                        + (tokens ? "position_token" : "global_position")
                        + ") VALUES (?, CAST(? AS uuid), 'OrderOpened',"
                        + " '2026-02-03 04:05:06.070809+00', 17, CAST(? AS "
                        + (tokens ? "text" : "bigint")
                        + ")) ON CONFLICT (projection_name) DO UPDATE SET (last_event_id, "
                        + (tokens ? "position_token" : "global_position")
                        + ") = (EXCLUDED.last_event_id, EXCLUDED."
                        + (tokens ? "position_token" : "global_position")
                        + ")",
                name,
                event,
                position);
        return this;
    }

    /** Everything that a checkpoint table holds, a row a line. */
    String checkpoints() throws SQLException {
        return query(
                "SELECT COALESCE(string_agg(CAST(c AS text), E'\\n' ORDER BY c.projection_name), '')"
                        + " FROM projection_checkpoints c");
    }

    String stored(String name) throws SQLException {
        return query(
                "SELECT "
                        + (variant == StoreVariant.BEFORE_0_8
                                ? "global_position"
                                : "position_token")
                        + " FROM projection_checkpoints WHERE projection_name = '"
                        + name
                        + "'");
    }

    void run(String sql, String... parameters) throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }

    String query(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
