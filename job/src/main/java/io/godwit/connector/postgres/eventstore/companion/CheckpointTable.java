package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * {@code projection_checkpoints} of one store, by name. Since 0.8 the position is {@code
 * position_token} and the integer beside it is neither read nor written; before, it is the integer.
 */
final class CheckpointTable {

    private final Connection connection;
    private final String table;
    private final String storeId;
    private final boolean tokens;

    CheckpointTable(Connection connection, PostgresEventStoreSpec spec, StoreSchema schema) {
        if (!schema.companions().checkpoints()) {
            throw MigrationException.refused(
                    spec.storeId(),
                    "Store "
                            + spec.storeId()
                            + " has no table "
                            + spec.eventStore().besideTable("projection_checkpoints")
                            + "; create eventsource-py's tables there, or set"
                            + " migrate_subscriptions: false");
        }
        this.connection = connection;
        this.table = spec.eventStore().besideTable("projection_checkpoints");
        this.storeId = spec.storeId();
        this.tokens = schema.companions().positionToken();
    }

    /**
     * @param stored the position as its column has it, null if it is empty
     * @param unread an integer position that this version of the store does not read; null if none
     */
    record Row(
            String eventId,
            String eventType,
            OffsetDateTime processedAt,
            long processed,
            String stored,
            String unread) {

        /** Null if there is none. */
        PositionToken position() {
            return stored == null ? null : PositionToken.parse(stored);
        }
    }

    Optional<Row> read(String name) throws SQLException {
        String sql =
                "SELECT CAST(last_event_id AS text), last_event_type, last_processed_at,"
                        + " events_processed, CAST("
                        + column()
                        + " AS text), "
                        + (tokens ? "CAST(global_position AS text)" : "NULL")
                        + " FROM "
                        + table
                        + " WHERE projection_name = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(
                                new Row(
                                        rows.getString(1),
                                        rows.getString(2),
                                        rows.getObject(3, OffsetDateTime.class),
                                        rows.getLong(4),
                                        rows.getString(5),
                                        rows.getString(6)))
                        : Optional.empty();
            }
        }
    }

    /**
     * Puts a checkpoint of another store here, at a position of this one.
     *
     * @param before this store's row as it was read; null if there was none
     * @return false if the row is not as it was read: its consumer runs here
     */
    boolean write(String name, Row row, long position, Row before) throws SQLException {
        String sql =
                before == null
                        ? "INSERT INTO "
                                + table
                                + " (last_event_id, last_event_type, last_processed_at,"
                                + " events_processed, "
                                + column()
                                + ", projection_name) VALUES ("
                                + values()
                                + ", ?) ON CONFLICT (projection_name) DO NOTHING"
                        : "UPDATE "
                                + table
                                + " SET (last_event_id, last_event_type, last_processed_at,"
                                + " events_processed, "
                                + column()
                                + ") = ("
                                + values()
                                + ") WHERE projection_name = ? AND CAST("
                                + column()
                                + " AS text) IS NOT DISTINCT FROM ?"
                                + " AND CAST(last_event_id AS text) IS NOT DISTINCT FROM ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, row.eventId());
            statement.setString(2, row.eventType());
            statement.setObject(3, row.processedAt());
            statement.setLong(4, row.processed());
            statement.setString(5, stored(position));
            statement.setString(6, name);
            if (before != null) {
                statement.setString(7, before.stored());
                statement.setString(8, before.eventId());
            }
            return statement.executeUpdate() == 1;
        }
    }

    /** A position of this store as the column takes it. */
    String stored(long position) {
        return tokens ? new PositionToken(storeId, position).encode() : String.valueOf(position);
    }

    private String column() {
        return EventStoreMapping.quoted(tokens ? "position_token" : "global_position");
    }

    private String values() {
        return "CAST(? AS uuid), ?, ?, ?, CAST(? AS " + (tokens ? "text" : "bigint") + ")";
    }
}
