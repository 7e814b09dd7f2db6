package io.godwit.connector.dynamodb;

import io.godwit.model.ChainEvent;
import io.godwit.model.MigrationException;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Puts an event and its block item together to what is migrated. */
final class ChainEvents {

    private static final Item NO_ITEM =
            new Item("block", "null", "none", Map.<String, AttributeValue>of());

    private ChainEvents() {}

    /**
     * @param block null for a skipped block without an item, and for an orphan marked skipped
     */
    static ChainEvent compose(EventItem event, Item block, boolean live) {
        return event.skipped()
                ? skipped(event, block == null ? NO_ITEM : block, live)
                : regular(event, block, live);
    }

    private static ChainEvent regular(EventItem event, Item block, boolean live) {
        String parentHash = block.text("parent_hash");
        requireSame(event, block, "height", event.height(), block.number("height"));
        if (!parentHash.isEmpty() && !event.parentHash().isEmpty()) {
            requireSame(event, block, "parent_hash", event.parentHash(), parentHash);
        }
        return new ChainEvent(
                event.tag(),
                event.sequence(),
                event.type(),
                effectiveTag(event, block),
                event.height(),
                event.hash(),
                parentHash,
                false,
                parentHeight(event.height(), block),
                block.text("object_key_main"),
                block.number("timestamp"),
                (int) block.number("object_format"),
                block.number("byte_offset"),
                block.number("byte_length"),
                block.number("uncompressed_length"),
                live);
    }

    /** The tag of the partition the block was found in: the event's own, or 0 by the fallback. */
    private static int effectiveTag(EventItem event, Item block) {
        return block.attributes().get("block_pid").s().startsWith("0-") ? 0 : event.blockTag();
    }

    /** Genesis has no parent; some chains write 2^64-1 there. */
    private static long parentHeight(long height, Item block) {
        if (height == 0) {
            block.wholeNumber("parent_height");
            return 0;
        }
        return block.number("parent_height");
    }

    private static ChainEvent skipped(EventItem event, Item block, boolean live) {
        long timestamp = Math.max(event.timestamp(), block.number("timestamp"));
        return new ChainEvent(
                event.tag(),
                event.sequence(),
                event.type(),
                event.blockTag(),
                event.height(),
                event.hash(),
                event.hash().isEmpty() ? "" : event.parentHash(),
                true,
                0,
                "",
                event.hash().isEmpty() ? timestamp : 0,
                0,
                0,
                0,
                0,
                live);
    }

    private static void requireSame(
            EventItem event, Item block, String what, Object ofEvent, Object ofBlock) {
        if (!ofEvent.equals(ofBlock)) {
            throw MigrationException.fatal(
                    "event tag " + event.tag() + ", sequence " + event.sequence(),
                    "Event "
                            + event.sequence()
                            + " of event tag "
                            + event.tag()
                            + " and its "
                            + block.key()
                            + " disagree on "
                            + what
                            + ": '"
                            + ofEvent
                            + "' against '"
                            + ofBlock
                            + "'");
        }
    }
}
