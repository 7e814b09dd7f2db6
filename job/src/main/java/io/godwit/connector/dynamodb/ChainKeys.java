package io.godwit.connector.dynamodb;

import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The keys of chainstorage's DynamoDB tables (facts 1.1 to 1.3). */
final class ChainKeys {

    private ChainKeys() {}

    static Map<String, AttributeValue> event(int tag, long sequence) {
        return tag == 0
                ? Map.of("event_id", AttributeValue.fromN(Long.toString(sequence)))
                : Map.of("event_id", AttributeValue.fromS(tag + "-" + sequence));
    }

    static Map<String, AttributeValue> watermark(int tag) {
        return tag == 0
                ? Map.of("event_id", AttributeValue.fromN("-1"))
                : Map.of("event_id", AttributeValue.fromS(tag + "-latest"));
    }

    /**
     * @param rid the block hash, or {@code "null"} for a skipped block
     */
    static Map<String, AttributeValue> block(BlockKey key) {
        return Map.of(
                "block_pid", AttributeValue.fromS(key.tag() + "-" + key.height()),
                "block_rid", AttributeValue.fromS(key.rid()));
    }

    /** One copy of a block: the one under its own hash, never the moving {@code canonical}. */
    record BlockKey(int tag, long height, String rid) {

        static final String SKIPPED_RID = "null";

        @Override
        public String toString() {
            return "(tag " + tag + ", height " + height + ", hash " + rid + ")";
        }
    }
}
