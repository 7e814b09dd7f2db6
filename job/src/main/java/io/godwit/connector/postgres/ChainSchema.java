package io.godwit.connector.postgres;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * chainstorage's tables as this database really has them: the columns came in several migrations,
 * so they are read from the catalogue and never assumed.
 *
 * @param columns table to column to type, as {@code format_type} spells it
 * @param idSequence the sequence behind {@code block_metadata.id}; null when it has none
 */
public record ChainSchema(Map<String, Map<String, String>> columns, String idSequence)
        implements Serializable {

    public static final String BLOCKS = "block_metadata";
    public static final String CANONICAL = "canonical_blocks";
    public static final String EVENTS = "block_events";

    private static final Map<String, Map<String, String>> REQUIRED =
            Map.of(
                    BLOCKS,
                    Map.of(
                            "id", "bigint",
                            "height", "bigint",
                            "tag", "integer",
                            "hash", "character varying",
                            "parent_hash", "character varying",
                            "parent_height", "bigint",
                            "object_key_main", "character varying|text",
                            "timestamp", "bigint",
                            "skipped", "boolean"),
                    CANONICAL,
                    Map.of("height", "bigint", "block_metadata_id", "bigint", "tag", "integer"),
                    EVENTS,
                    Map.of(
                            "event_tag", "integer",
                            "event_sequence", "bigint",
                            "event_type", "event_type_enum",
                            "block_metadata_id", "bigint",
                            "height", "bigint",
                            "hash", "character varying"));

    public static ChainSchema read(Connection connection) throws SQLException {
        Map<String, Map<String, String>> columns = new LinkedHashMap<>();
        String sql =
                """
                SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
                FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                WHERE c.oid IN (to_regclass('block_metadata'), to_regclass('canonical_blocks'),
                                to_regclass('block_events'))
                ORDER BY 1, a.attnum
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                columns.computeIfAbsent(rows.getString(1), t -> new LinkedHashMap<>())
                        .put(rows.getString(2), rows.getString(3));
            }
        }
        String sequence = null;
        if (columns.containsKey(BLOCKS)) {
            try (PreparedStatement statement =
                            connection.prepareStatement(
                                    "SELECT pg_get_serial_sequence('block_metadata', 'id')");
                    ResultSet row = statement.executeQuery()) {
                row.next();
                sequence = row.getString(1);
            }
        }
        return new ChainSchema(columns, sequence);
    }

    public boolean exists() {
        return !columns.isEmpty();
    }

    /** What keeps Godwit from writing here; empty when nothing does. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>();
        REQUIRED.forEach(
                (table, required) -> {
                    Map<String, String> actual = columns.get(table);
                    if (actual == null) {
                        problems.add("table " + table + " is missing");
                        return;
                    }
                    required.forEach(
                            (column, types) -> check(problems, table, column, types, actual));
                });
        if (columns.containsKey(BLOCKS) && idSequence == null) {
            problems.add("block_metadata.id has no sequence of its own (BIGSERIAL)");
        }
        return problems;
    }

    private static void check(
            List<String> problems,
            String table,
            String column,
            String types,
            Map<String, String> actual) {
        String type = actual.get(column);
        if (type == null) {
            problems.add("column " + table + "." + column + " is missing");
        } else if (!type.replaceAll("\\(.*\\)", "").replaceAll("^.*\\.", "").matches(types)) {
            problems.add("column " + table + "." + column + " is " + type + ", expected " + types);
        }
    }

    /** The later columns for consolidated objects are there. */
    public boolean hasPlacement() {
        return columns.getOrDefault(BLOCKS, Map.of()).containsKey("object_format");
    }

    public boolean hasFence() {
        return columns.getOrDefault(BLOCKS, Map.of())
                .containsKey("single_block_retention_fenced_at");
    }

    public boolean hasWatermark() {
        return columns.getOrDefault(CANONICAL, Map.of()).containsKey("is_watermark");
    }

    /** The most characters a column takes; empty when it has no limit. */
    public Optional<Integer> limit(String table, String column) {
        String type = columns.get(table).get(column);
        int open = type.indexOf('(');
        return open < 0
                ? Optional.empty()
                : Optional.of(Integer.valueOf(type.substring(open + 1, type.indexOf(')'))));
    }
}
