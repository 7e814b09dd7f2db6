package io.godwit.testkit;

import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The service's blocks and events as DynamoDB items, attribute by attribute as its Go structs
 * marshal.
 */
final class ChainItems {

    private final Encoding encoding;

    ChainItems(Encoding encoding) {
        this.encoding = encoding;
    }

    Map<String, AttributeValue> block(Block block) {
        return block(block, block.tag() + "-" + block.height(), block.rid());
    }

    Map<String, AttributeValue> canonical(Block block) {
        return block(block, block.tag() + "-" + block.height(), "canonical");
    }

    Map<String, AttributeValue> latest(int tag, Block block) {
        return block(block, tag + "-latest", "canonical");
    }

    Map<String, AttributeValue> event(Event event) {
        Map<String, AttributeValue> item = eventKey(event.eventTag(), event.sequence());
        if (event.eventTag() == 0) {
            item.put("max_event_id", number(0));
        } else {
            item.put("sequence", number(event.sequence()));
            item.put("block_id", AttributeValue.fromS(event.eventTag() + "-" + event.height()));
        }
        item.put("type", number(event.type().ordinal()));
        item.put("height", number(event.height()));
        item.put("tag", number(event.blockTag()));
        item.put("event_tag", number(event.eventTag()));
        item.put("skipped", AttributeValue.fromBool(event.skipped()));
        item.put("block_timestamp", number(event.blockTimestamp()));
        encoding.put(item, "hash", event.hash());
        encoding.put(item, "parent_hash", event.parentHash());
        return item;
    }

    Map<String, AttributeValue> watermark(int eventTag, long sequence) {
        Map<String, AttributeValue> item =
                event(new Event(eventTag, sequence, Event.Type.UNKNOWN, 0, 0, "", "", false, 0));
        if (eventTag == 0) {
            item.put("event_id", number(-1));
            item.put("max_event_id", number(sequence));
        } else {
            item.put("event_id", AttributeValue.fromS(eventTag + "-latest"));
            item.put("block_id", AttributeValue.fromS(eventTag + "-latest"));
        }
        return item;
    }

    Map<String, AttributeValue> eventKey(int eventTag, long sequence) {
        Map<String, AttributeValue> key = new HashMap<>();
        key.put(
                "event_id",
                eventTag == 0 ? number(sequence) : AttributeValue.fromS(eventTag + "-" + sequence));
        return key;
    }

    private Map<String, AttributeValue> block(Block block, String pid, String rid) {
        Map<String, AttributeValue> item = new HashMap<>();
        item.put("block_pid", AttributeValue.fromS(pid));
        item.put("block_rid", AttributeValue.fromS(rid));
        item.put("tag", number(block.tag()));
        item.put("height", number(block.height()));
        item.put("parent_height", number(block.parentHeight()));
        item.put("skipped", AttributeValue.fromBool(block.skipped()));
        item.put("timestamp", number(block.timestamp()));
        encoding.put(item, "block_hash", block.hash());
        encoding.put(item, "parent_hash", block.parentHash());
        encoding.put(item, "object_key_main", block.objectKeyMain());
        return item;
    }

    private static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }
}
