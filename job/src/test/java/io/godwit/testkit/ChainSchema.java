package io.godwit.testkit;

import io.godwit.testkit.ChainRows.BlockRow;
import io.godwit.testkit.ChainRows.EventKey;
import io.godwit.testkit.ChainRows.EventRow;
import io.godwit.testkit.ChainRows.Place;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/**
 * The chain service's three tables, as far as the kit's own test needs them, filled without Godwit.
 */
final class ChainSchema {

    private static final String BLOCK_ID =
            "(SELECT id FROM block_metadata WHERE CASE WHEN skipped THEN tag || '/skipped/' ||"
                    + " height ELSE tag || '/' || hash END = ?)";

    private ChainSchema() {}

    static void create(Statement statement) throws SQLException {
        statement.execute(
                """
                CREATE TYPE event_type_enum AS ENUM ('BLOCK_ADDED', 'BLOCK_REMOVED', 'UNKNOWN');
                CREATE TABLE block_metadata (
                    id bigserial PRIMARY KEY, height bigint NOT NULL, tag int NOT NULL,
                    hash varchar(66), parent_hash varchar(66),
                    parent_height bigint NOT NULL DEFAULT 0, object_key_main text,
                    timestamp bigint NOT NULL, skipped boolean NOT NULL DEFAULT false,
                    byte_offset bigint, byte_length bigint, uncompressed_length bigint,
                    object_format smallint NOT NULL DEFAULT 0);
                CREATE TABLE canonical_blocks (
                    height bigint, tag int,
                    block_metadata_id bigint NOT NULL REFERENCES block_metadata,
                    is_watermark boolean NOT NULL DEFAULT false, PRIMARY KEY (height, tag));
                CREATE TABLE block_events (
                    event_tag int, event_sequence bigint, event_type event_type_enum NOT NULL,
                    block_metadata_id bigint NOT NULL REFERENCES block_metadata,
                    height bigint NOT NULL, hash varchar(66),
                    PRIMARY KEY (event_tag, event_sequence));
                """);
    }

    static void insert(Connection connection, ChainRows rows) throws SQLException {
        String block =
                "INSERT INTO block_metadata (tag, height, hash, parent_hash, parent_height,"
                        + " object_key_main, skipped, timestamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
        for (BlockRow row : rows.blocks().values()) {
            execute(
                    connection,
                    block,
                    row.tag(),
                    row.height(),
                    row.hash(),
                    row.parentHash(),
                    row.parentHeight(),
                    row.objectKeyMain(),
                    row.skipped(),
                    row.timestamp());
        }
        String event =
                "INSERT INTO block_events (event_tag, event_sequence, event_type, height, hash,"
                        + " block_metadata_id) VALUES (?, ?, ?::event_type_enum, ?, ?, "
                        + BLOCK_ID
                        + ")";
        for (Map.Entry<EventKey, EventRow> entry : rows.events().entrySet()) {
            EventRow row = entry.getValue();
            execute(
                    connection,
                    event,
                    entry.getKey().eventTag(),
                    entry.getKey().sequence(),
                    row.type(),
                    row.height(),
                    row.hash(),
                    row.block());
        }
        String canonical =
                "INSERT INTO canonical_blocks (tag, height, block_metadata_id, is_watermark)"
                        + " VALUES (?, ?, "
                        + BLOCK_ID
                        + ", ?)";
        for (Map.Entry<Place, String> entry : rows.canonical().entrySet()) {
            Place place = entry.getKey();
            boolean watermark = rows.watermarks().orElseThrow().contains(place);
            execute(
                    connection,
                    canonical,
                    place.tag(),
                    place.height(),
                    entry.getValue(),
                    watermark);
        }
    }

    private static void execute(Connection connection, String sql, Object... values)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
