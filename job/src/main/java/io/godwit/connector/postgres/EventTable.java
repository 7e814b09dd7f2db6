package io.godwit.connector.postgres;

import io.godwit.model.ChainEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * block_events: finds rows by (event tag, sequence), inserts new ones by COPY, compares the rest.
 */
final class EventTable {

    private final Connection connection;

    /** The primary key. */
    record Key(int tag, long sequence) {
        static Key of(ChainEvent event) {
            return new Key(event.tag(), event.sequence());
        }
    }

    /** A row that is in the table. */
    record Stored(String type, long blockId, long height, String hash) {}

    EventTable(Connection connection) {
        this.connection = connection;
    }

    /** The rows of these events that are there. */
    Map<Key, Stored> find(List<ChainEvent> events) throws SQLException {
        Map<Key, Stored> found = new HashMap<>(2 * events.size());
        String sql =
                """
                SELECT e.event_tag, e.event_sequence, e.event_type::text, e.block_metadata_id,
                       e.height, coalesce(e.hash, '')
                FROM unnest(?::int[], ?::bigint[]) AS k(tag, sequence)
                JOIN block_events e ON e.event_tag = k.tag AND e.event_sequence = k.sequence
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "int", events.stream().map(ChainEvent::tag).toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "bigint", events.stream().map(ChainEvent::sequence).toArray()));
            try (ResultSet r = statement.executeQuery()) {
                while (r.next()) {
                    found.put(
                            new Key(r.getInt(1), r.getLong(2)),
                            new Stored(r.getString(3), r.getLong(4), r.getLong(5), r.getString(6)));
                }
            }
        }
        return found;
    }

    void insert(List<ChainEvent> events, ToLongFunction<ChainEvent> blockIdOf) throws SQLException {
        BinaryRows copy = new BinaryRows();
        for (ChainEvent event : events) {
            copy.row(6)
                    .int4(event.tag())
                    .int8(event.sequence())
                    .text(event.type().name())
                    .int8(blockIdOf.applyAsLong(event))
                    .int8(event.height())
                    .text(event.hash());
        }
        copy.copy(
                connection,
                "block_events (event_tag, event_sequence, event_type, block_metadata_id, height,"
                        + " hash)");
    }

    static List<String> differences(
            List<ChainEvent> events,
            Map<Key, Stored> stored,
            ToLongFunction<ChainEvent> blockIdOf) {
        List<String> differences = new ArrayList<>();
        for (ChainEvent event : events) {
            Stored actual = stored.get(Key.of(event));
            if (actual == null) {
                continue;
            }
            Stored expected =
                    new Stored(
                            event.type().name(),
                            blockIdOf.applyAsLong(event),
                            event.height(),
                            event.hash());
            if (!expected.equals(actual)) {
                differences.add(
                        "event tag "
                                + event.tag()
                                + ", sequence "
                                + event.sequence()
                                + ": source "
                                + expected
                                + ", target "
                                + actual);
            }
        }
        return differences;
    }
}
