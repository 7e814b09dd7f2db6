package io.godwit.connector.dynamodb;

import io.godwit.model.BlockEventType;

/** An event as its table holds it, before its block is known. */
record EventItem(
        int tag,
        long sequence,
        BlockEventType type,
        int blockTag,
        long height,
        String hash,
        String parentHash,
        boolean skipped,
        long timestamp) {

    private static final int DEFAULT_BLOCK_TAG = 1;

    static EventItem decode(int tag, Item item) {
        int blockTag = item.tag("tag");
        if (item.text("hash").isEmpty() && !item.flag("skipped")) {
            throw item.notUnderstood(
                    "hash",
                    "is empty, and the event is not skipped. Correct the event in the source");
        }
        return new EventItem(
                tag,
                item.number(tag == 0 ? "event_id" : "sequence"),
                type(item),
                blockTag == 0 ? DEFAULT_BLOCK_TAG : blockTag,
                item.number("height"),
                item.text("hash"),
                item.text("parent_hash"),
                item.flag("skipped"),
                item.number("block_timestamp"));
    }

    private static BlockEventType type(Item item) {
        long type = item.number("type");
        if (type == 1) {
            return BlockEventType.BLOCK_ADDED;
        }
        if (type == 2) {
            return BlockEventType.BLOCK_REMOVED;
        }
        throw item.notUnderstood(
                "type",
                "is "
                        + type
                        + (type == 0 ? " (UNKNOWN)" : "")
                        + "; 1 (BLOCK_ADDED) and 2 (BLOCK_REMOVED) can be migrated. Find out what"
                        + " this event is and correct it in the source");
    }

    /** True when a block item under its own hash (or "null") belongs to it. */
    boolean hasBlockItem() {
        return !skipped || hash.isEmpty();
    }

    ChainKeys.BlockKey blockKey() {
        return new ChainKeys.BlockKey(
                blockTag, height, skipped ? ChainKeys.BlockKey.SKIPPED_RID : hash);
    }
}
