package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Reads some tenants' events in one store, by a session that belongs to the caller. */
final class TenantEvents {

    private final Connection connection;
    private final StoreSchema schema;
    private final EventStoreMapping mapping;
    private final List<String> tenants;

    TenantEvents(Connection connection, StoreSchema schema, List<String> tenants) {
        this.connection = connection;
        this.schema = schema;
        this.mapping = schema.mapping();
        this.tenants = List.copyOf(tenants);
    }

    static StoreSchema requireStore(Connection connection, PostgresEventStoreSpec spec)
            throws SQLException {
        StoreSchema schema = StoreSchema.read(connection, spec.eventStore());
        if (!schema.exists() || !spec.eventStore().isEventsourcePy()) {
            throw MigrationException.refused(
                    spec.storeId(),
                    "Store "
                            + spec.storeId()
                            + " has no eventsource-py event table "
                            + spec.eventStore().table()
                            + "; only beside one are there checkpoints and snapshots");
        }
        return schema;
    }

    record Event(long position, String eventId) {}

    /** In ascending order, the first so many above one position and not above another. */
    List<Event> page(long above, long through, int limit) throws SQLException {
        String sql =
                """
                SELECT %1$s, CAST(%2$s AS text) FROM %3$s
                WHERE %4$s AND %1$s > ? AND %1$s <= ? ORDER BY 1 LIMIT ?
                """
                        .formatted(position(), eventId(), mapping.quotedTable(), ofTenants());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bindTenants(statement, 1);
            statement.setLong(2, above);
            statement.setLong(3, through);
            statement.setInt(4, limit);
            List<Event> events = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    events.add(new Event(rows.getLong(1), rows.getString(2)));
                }
            }
            return events;
        }
    }

    /**
     * @param lowest the lowest position of those that are here
     * @param found how many of them are here
     */
    record Here(OptionalLong lowest, long found) {}

    Here here(List<Event> elsewhere) throws SQLException {
        String sql =
                """
                SELECT min(%1$s), count(DISTINCT %2$s) FROM %3$s
                WHERE %4$s AND %2$s = ANY (CAST(? AS %5$s[]))
                """
                        .formatted(
                                position(),
                                eventId(),
                                mapping.quotedTable(),
                                ofTenants(),
                                schema.typeOf(mapping.eventId()));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bindTenants(statement, 1);
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text", elsewhere.stream().map(Event::eventId).toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return new Here(nullable(rows), rows.getLong(2));
            }
        }
    }

    /** The tenants' last position; 0 if they have no event here. */
    long last() throws SQLException {
        String sql =
                "SELECT max(%s) FROM %s WHERE %s"
                        .formatted(position(), mapping.quotedTable(), ofTenants());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bindTenants(statement, 1);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return nullable(rows).orElse(0);
            }
        }
    }

    /** Where one event of these tenants is; empty if it is not here, or somebody else's. */
    OptionalLong positionOf(String event) throws SQLException {
        Here here = here(List.of(new Event(0, event)));
        return here.lowest();
    }

    private static OptionalLong nullable(ResultSet rows) throws SQLException {
        long value = rows.getLong(1);
        return rows.wasNull() ? OptionalLong.empty() : OptionalLong.of(value);
    }

    private String position() {
        return EventStoreMapping.quoted(mapping.position());
    }

    private String eventId() {
        return EventStoreMapping.quoted(mapping.eventId());
    }

    private String ofTenants() {
        return EventStoreMapping.quoted(mapping.tenantId())
                + " = ANY (CAST(? AS "
                + schema.typeOf(mapping.tenantId())
                + "[]))";
    }

    private void bindTenants(PreparedStatement statement, int parameter) throws SQLException {
        statement.setArray(parameter, connection.createArrayOf("text", tenants.toArray()));
    }
}
