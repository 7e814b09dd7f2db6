package io.godwit.testkit;

import io.godwit.testkit.ChainRows.BlockRow;
import io.godwit.testkit.ChainRows.EventKey;
import io.godwit.testkit.ChainRows.EventRow;
import io.godwit.testkit.ChainRows.Place;
import io.godwit.testkit.ChainRows.Placement;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the three tables in one snapshot, whichever of the later columns they have. */
final class ChainRowsReader {

    private final Statement statement;
    private final Map<Long, String> names = new HashMap<>();

    private ChainRowsReader(Statement statement) {
        this.statement = statement;
    }

    static ChainRows read(Connection connection) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            statement.setFetchSize(10_000);
            ChainRowsReader reader = new ChainRowsReader(statement);
            SortedMap<String, BlockRow> blocks = reader.blocks();
            SortedMap<Place, String> canonical = reader.canonical();
            return new ChainRows(blocks, reader.events(), canonical, reader.watermarks());
        } finally {
            connection.rollback();
            connection.setAutoCommit(autoCommit);
        }
    }

    private SortedMap<String, BlockRow> blocks() throws SQLException {
        boolean placed = hasColumn("block_metadata", "object_format");
        SortedMap<String, BlockRow> rows = new TreeMap<>();
        try (ResultSet row = statement.executeQuery("SELECT * FROM block_metadata")) {
            while (row.next()) {
                BlockRow block =
                        new BlockRow(
                                row.getInt("tag"),
                                row.getLong("height"),
                                row.getString("hash"),
                                row.getString("parent_hash"),
                                row.getLong("parent_height"),
                                row.getString("object_key_main"),
                                row.getBoolean("skipped"),
                                row.getLong("timestamp"),
                                placed ? placement(row) : Placement.OWN_OBJECT);
                String name =
                        block.skipped()
                                ? ChainRows.skippedBlock(block.tag(), block.height())
                                : ChainRows.regularBlock(block.tag(), block.hash());
                names.put(row.getLong("id"), name);
                if (rows.put(name, block) != null) {
                    throw new IllegalStateException(
                            "block_metadata has two rows for block " + name);
                }
            }
        }
        return rows;
    }

    private static Placement placement(ResultSet row) throws SQLException {
        return new Placement(
                row.getInt("object_format"),
                row.getObject("byte_offset", Long.class),
                row.getObject("byte_length", Long.class),
                row.getObject("uncompressed_length", Long.class));
    }

    private SortedMap<EventKey, EventRow> events() throws SQLException {
        SortedMap<EventKey, EventRow> rows = new TreeMap<>();
        try (ResultSet row = statement.executeQuery("SELECT * FROM block_events")) {
            while (row.next()) {
                EventKey key = new EventKey(row.getInt("event_tag"), row.getLong("event_sequence"));
                rows.put(
                        key,
                        new EventRow(
                                row.getString("event_type"),
                                row.getLong("height"),
                                row.getString("hash"),
                                name(row.getLong("block_metadata_id"))));
            }
        }
        return rows;
    }

    private SortedMap<Place, String> canonical() throws SQLException {
        SortedMap<Place, String> rows = new TreeMap<>();
        try (ResultSet row = statement.executeQuery("SELECT * FROM canonical_blocks")) {
            while (row.next()) {
                rows.put(
                        new Place(row.getInt("tag"), row.getLong("height")),
                        name(row.getLong("block_metadata_id")));
            }
        }
        return rows;
    }

    private Optional<SortedSet<Place>> watermarks() throws SQLException {
        if (!hasColumn("canonical_blocks", "is_watermark")) {
            return Optional.empty();
        }
        SortedSet<Place> places = new TreeSet<>();
        try (ResultSet row =
                statement.executeQuery(
                        "SELECT tag, height FROM canonical_blocks WHERE is_watermark")) {
            while (row.next()) {
                places.add(new Place(row.getInt("tag"), row.getLong("height")));
            }
        }
        return Optional.of(places);
    }

    /** An id without a row still has to show in a comparison. */
    private String name(long id) {
        return names.getOrDefault(id, "no block has id " + id);
    }

    private boolean hasColumn(String table, String column) throws SQLException {
        String sql =
                "SELECT FROM pg_attribute WHERE attrelid = '"
                        + table
                        + "'::regclass AND attname = '"
                        + column
                        + "'";
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.next();
        }
    }
}
