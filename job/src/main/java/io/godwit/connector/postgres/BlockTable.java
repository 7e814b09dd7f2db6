package io.godwit.connector.postgres;

import io.godwit.model.BlockId;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** block_metadata: finds rows by identity, inserts new ones by COPY, completes skipped ones. */
final class BlockTable {

    private final Connection connection;
    private final ChainSchema schema;

    /** A row that is in the table. */
    record Stored(long id, BlockRow row) {}

    BlockTable(Connection connection, ChainSchema schema) {
        this.connection = connection;
        this.schema = schema;
    }

    /** The rows of these blocks that are there. */
    Map<BlockId, Stored> find(Collection<BlockId> wanted) throws SQLException {
        Map<BlockId, Stored> found = new HashMap<>(2 * wanted.size());
        List<BlockId> regular = wanted.stream().filter(id -> !id.skipped()).toList();
        List<BlockId> skipped = wanted.stream().filter(BlockId::skipped).toList();
        if (!regular.isEmpty()) {
            String sql =
                    "SELECT "
                            + columns()
                            + """
                             FROM unnest(?::int[], ?::text[]) AS k(tag, hash)
                            JOIN block_metadata b ON b.tag = k.tag AND b.hash = k.hash AND NOT b.skipped
                            """;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setArray(1, ints(regular.stream().map(BlockId::tag).toArray()));
                statement.setArray(
                        2,
                        connection.createArrayOf(
                                "text", regular.stream().map(BlockId::hash).toArray()));
                collect(statement, found);
            }
        }
        if (!skipped.isEmpty()) {
            String sql =
                    "SELECT "
                            + columns()
                            + """
                             FROM unnest(?::int[], ?::bigint[]) AS k(tag, height)
                            JOIN block_metadata b ON b.tag = k.tag AND b.height = k.height AND b.skipped
                            """;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setArray(1, ints(skipped.stream().map(BlockId::tag).toArray()));
                statement.setArray(
                        2,
                        connection.createArrayOf(
                                "bigint", skipped.stream().map(BlockId::height).toArray()));
                collect(statement, found);
            }
        }
        return found;
    }

    private java.sql.Array ints(Object[] values) throws SQLException {
        return connection.createArrayOf("int", values);
    }

    private String columns() {
        return "b.id, b.tag, b.height, b.hash, b.skipped, b.parent_hash, b.parent_height,"
                + " b.object_key_main, b.timestamp"
                + (schema.hasPlacement()
                        ? ", b.object_format, b.byte_offset, b.byte_length, b.uncompressed_length"
                        : ", 0, NULL::bigint, NULL::bigint, NULL::bigint")
                + (schema.hasFence()
                        ? ", b.single_block_retention_fenced_at IS NOT NULL"
                        : ", false");
    }

    private static void collect(PreparedStatement statement, Map<BlockId, Stored> found)
            throws SQLException {
        try (ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                boolean skipped = r.getBoolean(5);
                BlockId id =
                        new BlockId(
                                r.getInt(2), r.getLong(3), skipped ? "" : r.getString(4), skipped);
                BlockRow row =
                        new BlockRow(
                                id,
                                r.getString(4),
                                r.getString(6),
                                r.getLong(7),
                                r.getString(8),
                                r.getLong(9),
                                r.getInt(10),
                                r.getLong(11),
                                r.getLong(12),
                                r.getLong(13),
                                r.getInt(10) == 1 || r.getBoolean(14));
                found.put(keyOf(id), new Stored(r.getLong(1), row));
            }
        }
    }

    /** (tag, hash) is what the table holds unique: a row at another height is the same block. */
    static BlockId keyOf(BlockId id) {
        return id.skipped() ? id : new BlockId(id.tag(), 0, id.hash(), false);
    }

    /** Inserts these rows and returns their ids, in order. */
    long[] insert(List<BlockRow> rows) throws SQLException {
        long[] ids = draw(rows.size());
        boolean placement = schema.hasPlacement();
        BinaryRows copy = new BinaryRows();
        for (int i = 0; i < ids.length; i++) {
            BlockRow row = rows.get(i);
            copy.row(placement ? 13 : 9)
                    .int8(ids[i])
                    .int8(row.identity().height())
                    .int4(row.identity().tag())
                    .text(row.hash())
                    .text(row.parentHash())
                    .int8(row.parentHeight())
                    .text(row.objectKeyMain())
                    .int8(row.timestamp())
                    .bool(row.identity().skipped());
            if (placement) {
                placement(copy, row);
            } else if (row.objectFormat() != 0) {
                throw MigrationException.fatal(
                        row.identity().toString(),
                        row.identity()
                                + " is in a consolidated object (object_format "
                                + row.objectFormat()
                                + "), and block_metadata has no columns for that; bring the"
                                + " target's schema to chainstorage's current version");
            }
        }
        copy.copy(
                connection,
                "block_metadata (id, height, tag, hash, parent_hash, parent_height,"
                        + " object_key_main, timestamp, skipped"
                        + (placement
                                ? ", object_format, byte_offset, byte_length, uncompressed_length)"
                                : ")"));
        return ids;
    }

    /** byte_* are NULL for a single-block object: the consolidator looks for NULL, not for 0. */
    private static void placement(BinaryRows copy, BlockRow row) {
        copy.int2(row.objectFormat());
        if (row.objectFormat() == 0) {
            copy.nothing().nothing().nothing();
        } else {
            copy.int8(row.byteOffset()).int8(row.byteLength()).int8(row.uncompressedLength());
        }
    }

    private long[] draw(int count) throws SQLException {
        long[] ids = new long[count];
        if (count == 0) {
            return ids;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT nextval(?::regclass) FROM generate_series(1, ?)")) {
            statement.setString(1, schema.idSequence());
            statement.setInt(2, count);
            try (ResultSet rows = statement.executeQuery()) {
                for (int i = 0; rows.next(); i++) {
                    ids[i] = rows.getLong(1);
                }
            }
        }
        return ids;
    }

    /** Gives a skipped row the values of the true skipped block behind it. */
    void complete(List<Stored> stored, List<BlockRow> known) throws SQLException {
        String sql =
                """
                UPDATE block_metadata
                SET hash = '', parent_hash = '', object_key_main = '',
                    timestamp = greatest(timestamp, ?)
                WHERE id = ? AND skipped
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < stored.size(); i++) {
                statement.setLong(1, known.get(i).timestamp());
                statement.setLong(2, stored.get(i).id());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Names every difference between what the source says and what the table holds. */
    static List<String> differences(Map<BlockId, BlockRow> asked, Map<BlockId, Stored> stored) {
        List<String> differences = new ArrayList<>();
        stored.forEach(
                (key, there) -> {
                    BlockRow row = asked.get(key);
                    List<String> columns = row.differencesFrom(there.row());
                    if (!columns.isEmpty()) {
                        differences.add(
                                row.identity()
                                        + ", block_metadata.id "
                                        + there.id()
                                        + ": "
                                        + String.join("; ", columns));
                    }
                });
        return differences;
    }
}
