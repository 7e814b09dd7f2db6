package io.godwit.connector.dynamodb;

import io.godwit.connector.dynamodb.ChainKeys.BlockKey;
import io.godwit.model.MigrationException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Reads the block items that events refer to; a block that should be there and is not is an error.
 */
final class ChainBlocks {

    private static final int DEFAULT_BLOCK_TAG = 1;

    private final BulkReader reader;
    private final String table;

    ChainBlocks(BulkReader reader, String table) {
        this.reader = reader;
        this.table = table;
    }

    /**
     * The block items of these events, by {@link EventItem#blockKey}; skipped ones if they exist.
     */
    Map<BlockKey, Item> read(Collection<EventItem> events) {
        Set<BlockKey> wanted = new LinkedHashSet<>();
        for (EventItem event : events) {
            if (event.hasBlockItem()) {
                wanted.add(event.blockKey());
            }
        }
        Map<BlockKey, Item> found = fetch(wanted);
        wanted.removeAll(found.keySet());
        wanted.removeIf(key -> key.rid().equals(BlockKey.SKIPPED_RID));
        if (!wanted.isEmpty()) {
            found.putAll(fallBackToTagZero(wanted));
        }
        return found;
    }

    /** Events without a block tag read as tag 1; their blocks may have been ingested as tag 0. */
    private Map<BlockKey, Item> fallBackToTagZero(Set<BlockKey> missing) {
        Set<BlockKey> elsewhere = new LinkedHashSet<>();
        for (BlockKey key : missing) {
            if (key.tag() != DEFAULT_BLOCK_TAG) {
                throw missing(key);
            }
            elsewhere.add(new BlockKey(0, key.height(), key.rid()));
        }
        Map<BlockKey, Item> found = new HashMap<>();
        Map<BlockKey, Item> ofTagZero = fetch(elsewhere);
        for (BlockKey key : missing) {
            Item item = ofTagZero.get(new BlockKey(0, key.height(), key.rid()));
            if (item == null) {
                throw missing(key);
            }
            found.put(key, item);
        }
        return found;
    }

    private MigrationException missing(BlockKey key) {
        return MigrationException.fatal(
                "block " + key,
                "Block "
                        + key
                        + " of an event is missing in DynamoDB table "
                        + table
                        + "; nothing of its range was written. Restore the block item (its event"
                        + " says it was ingested) and run the migration again");
    }

    private Map<BlockKey, Item> fetch(Set<BlockKey> keys) {
        Map<BlockKey, Item> found = new HashMap<>(2 * keys.size());
        if (keys.isEmpty()) {
            return found;
        }
        List<Map<String, AttributeValue>> wanted = keys.stream().map(ChainKeys::block).toList();
        for (Map<String, AttributeValue> attributes : reader.get(table, wanted)) {
            BlockKey key = keyOf(attributes);
            found.put(key, new Item("block", key, table, attributes));
        }
        return found;
    }

    private static BlockKey keyOf(Map<String, AttributeValue> attributes) {
        String pid = attributes.get("block_pid").s();
        int dash = pid.indexOf('-');
        return new BlockKey(
                Integer.parseInt(pid.substring(0, dash)),
                Long.parseLong(pid.substring(dash + 1)),
                attributes.get("block_rid").s());
    }
}
