package io.godwit.connector.postgres;

import io.godwit.connector.postgres.BlockTable.Stored;
import io.godwit.model.BlockId;
import io.godwit.model.ChainEvent;
import io.godwit.port.TargetView;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * chainstorage's PostgreSQL schema as a comparison sees it: an event row with its block row.
 *
 * <p>Left out of the canonical form, because they are known to be lossy: of a skipped block its
 * parent hash and time, and whether its empty strings are NULL; of a block that the service moved
 * into a consolidated object, its placement.
 */
public final class ChainstorageView implements TargetView<ChainEvent> {

    private final Connection connection;
    private final ChainSchema schema;

    public ChainstorageView(ChainstoragePostgresSpec spec, String migration) {
        try {
            connection =
                    PostgresConnections.open(spec.url(), spec.user(), spec.password(), migration);
            PostgresPlans.lookUpByIndex(connection);
            connection.setReadOnly(true);
            schema = ChainSchema.read(connection);
        } catch (SQLException e) {
            throw PostgresErrors.of("Reading the target", e);
        }
    }

    @Override
    public long count(List<ChainEvent> events) {
        return eventsOf(events).size();
    }

    private Map<EventTable.Key, EventTable.Stored> eventsOf(List<ChainEvent> events) {
        if (!schema.exists()) {
            return Map.of();
        }
        try {
            return new EventTable(connection).find(events);
        } catch (SQLException e) {
            throw PostgresErrors.of("Reading block_events", e);
        }
    }

    @Override
    public List<Sides> compare(List<ChainEvent> events) {
        Map<BlockId, BlockRow> asked = new LinkedHashMap<>();
        events.forEach(
                e -> asked.merge(BlockTable.keyOf(e.blockId()), BlockRow.of(e), BlockRow::merge));
        Map<EventTable.Key, EventTable.Stored> rows = eventsOf(events);
        Map<BlockId, Stored> blocks = blocksOf(asked);
        List<Sides> sides = new ArrayList<>(events.size());
        for (ChainEvent event : events) {
            EventTable.Stored row = rows.get(EventTable.Key.of(event));
            Stored block = blocks.get(BlockTable.keyOf(event.blockId()));
            boolean placement = block == null || !block.row().consolidated();
            sides.add(
                    new Sides(
                            "event tag " + event.tag() + ", sequence " + event.sequence(),
                            expected(event, placement),
                            row == null ? null : actual(row, block, placement)));
        }
        return sides;
    }

    private Map<BlockId, Stored> blocksOf(Map<BlockId, BlockRow> asked) {
        if (!schema.exists()) {
            return new HashMap<>();
        }
        try {
            return new BlockTable(connection, schema).find(asked.keySet());
        } catch (SQLException e) {
            throw PostgresErrors.of("Reading block_metadata", e);
        }
    }

    private static List<String> expected(ChainEvent event, boolean placement) {
        List<String> form =
                new ArrayList<>(
                        List.of(
                                "event_type=" + event.type(),
                                "height=" + event.height(),
                                "hash=" + event.hash(),
                                "block=" + name(event.blockId())));
        if (!event.skipped()) {
            form.add("block.height=" + event.height());
            form.add("block.parent_hash=" + event.parentHash());
            form.add("block.parent_height=" + event.parentHeight());
            form.add("block.timestamp=" + event.timestamp());
            if (placement) {
                form.add("block.object_key_main=" + event.objectKeyMain());
            }
        }
        return form;
    }

    private static List<String> actual(EventTable.Stored row, Stored block, boolean placement) {
        boolean linked = block != null && row.blockId() == block.id();
        List<String> form =
                new ArrayList<>(
                        List.of(
                                "event_type=" + row.type(),
                                "height=" + row.height(),
                                "hash=" + row.hash(),
                                linked
                                        ? "block=" + name(block.row().identity())
                                        : "block=another, block_metadata.id " + row.blockId()));
        if (block != null && !block.row().identity().skipped()) {
            form.add("block.height=" + block.row().identity().height());
            form.add("block.parent_hash=" + text(block.row().parentHash()));
            form.add("block.parent_height=" + block.row().parentHeight());
            form.add("block.timestamp=" + block.row().timestamp());
            if (placement) {
                form.add("block.object_key_main=" + text(block.row().objectKeyMain()));
            }
        }
        return form;
    }

    /** What makes the block unique; its height is compared as a column. */
    private static String name(BlockId id) {
        return id.skipped() ? id.tag() + "/skipped at " + id.height() : id.tag() + "/" + id.hash();
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw PostgresErrors.of("Closing the target", e);
        }
    }
}
