package io.godwit.bench;

import io.godwit.testkit.DynamoDbLocalServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;

/**
 * A process of its own: DynamoDB Local with a generated chain, so that its memory and its work are
 * not the measured job's. It is filled past HTTP, straight through the request handler, and then
 * serves over HTTP as always. Prints "ready ENDPOINT HEAD" and ends when its input does.
 *
 * <p>Every 200 blocks three are replaced, as on a busy chain. Of each block only the copy under its
 * own hash is written: the canonical copies are never read by a migration.
 */
final class ChainSource {

    static final String BLOCKS = "bench_blocks";
    static final String EVENTS = "bench_events";

    private static final String ACCOUNT = "godwit";
    private static final String REGION = "us-east-1";

    private final LocalDynamoDBRequestHandler handler;
    private final List<WriteRequest> events = new ArrayList<>();
    private final List<WriteRequest> blocks = new ArrayList<>();
    private long sequence;

    private ChainSource(LocalDynamoDBRequestHandler handler) {
        this.handler = handler;
    }

    public static void main(String[] arguments) throws Exception {
        long wanted = Long.parseLong(arguments[0]);
        LocalDynamoDBRequestHandler store = DynamoDbLocalServer.newStore();
        ChainSource source = new ChainSource(store);
        source.createTables();
        source.fill(wanted);
        try (DynamoDbLocalServer server = DynamoDbLocalServer.start(store)) {
            System.out.println("ready " + server.endpoint() + " " + source.sequence);
            while (System.in.read() >= 0) {
                // Serves until whoever started it closes its input.
            }
        }
        System.exit(0);
    }

    private void createTables() {
        table(BLOCKS, ScalarAttributeType.S, "block_pid", "block_rid");
        table(EVENTS, ScalarAttributeType.N, "event_id");
    }

    private void table(String name, ScalarAttributeType type, String... keys) {
        List<KeySchemaElement> schema = new ArrayList<>();
        List<AttributeDefinition> attributes = new ArrayList<>();
        for (String key : keys) {
            KeyType role = schema.isEmpty() ? KeyType.HASH : KeyType.RANGE;
            schema.add(KeySchemaElement.builder().attributeName(key).keyType(role).build());
            attributes.add(
                    AttributeDefinition.builder().attributeName(key).attributeType(type).build());
        }
        handler.createTable(
                ACCOUNT,
                REGION,
                CreateTableRequest.builder()
                        .tableName(name)
                        .keySchema(schema)
                        .attributeDefinitions(attributes)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .build());
    }

    private void fill(long wanted) {
        int branch = 0;
        long height = 0;
        String[] parents = new String[4];
        parents[0] = hash(-1, 0);
        while (sequence < wanted) {
            parents[1] = add(height, branch, parents[0]);
            height++;
            if (height % 200 == 0) {
                parents[2] = add(height, branch, parents[1]);
                parents[3] = add(height + 1, branch, parents[2]);
                event(2, height + 1, parents[3], parents[2]);
                event(2, height, parents[2], parents[1]);
                branch++;
            }
            parents[0] = parents[1];
        }
        flush(EVENTS, events);
        flush(BLOCKS, blocks);
        handler.putItem(
                ACCOUNT,
                REGION,
                PutItemRequest.builder()
                        .tableName(EVENTS)
                        .item(Map.of("event_id", n(-1), "max_event_id", n(sequence)))
                        .build());
    }

    private String add(long height, int branch, String parent) {
        String hash = hash(height, branch);
        blocks.add(
                put(
                        Map.ofEntries(
                                Map.entry("block_pid", s("1-" + height)),
                                Map.entry("block_rid", s(hash)),
                                Map.entry("tag", n(1)),
                                Map.entry("block_hash", s(hash)),
                                Map.entry("parent_hash", s(parent)),
                                Map.entry("height", n(height)),
                                Map.entry("parent_height", n(Math.max(0, height - 1))),
                                Map.entry(
                                        "object_key_main",
                                        s(
                                                "BLOCKCHAIN_BENCH/NETWORK_MAINNET/1/"
                                                        + height
                                                        + "/"
                                                        + hash
                                                        + ".gzip")),
                                Map.entry("skipped", AttributeValue.fromBool(false)),
                                Map.entry("timestamp", n(1_600_000_000 + height)))));
        if (blocks.size() == 25) {
            flush(BLOCKS, blocks);
        }
        event(1, height, hash, parent);
        return hash;
    }

    private void event(int type, long height, String hash, String parent) {
        sequence++;
        events.add(
                put(
                        Map.of(
                                "event_id", n(sequence),
                                "max_event_id", n(0),
                                "type", n(type),
                                "height", n(height),
                                "hash", s(hash),
                                "parent_hash", s(parent),
                                "tag", n(1),
                                "skipped", AttributeValue.fromBool(false),
                                "block_timestamp", n(1_600_000_000 + height),
                                "event_tag", n(0))));
        if (events.size() == 25) {
            flush(EVENTS, events);
        }
    }

    private void flush(String table, List<WriteRequest> writes) {
        if (!writes.isEmpty()) {
            handler.batchWriteItem(
                    ACCOUNT,
                    REGION,
                    BatchWriteItemRequest.builder()
                            .requestItems(Map.of(table, List.copyOf(writes)))
                            .build());
            writes.clear();
        }
    }

    private static WriteRequest put(Map<String, AttributeValue> item) {
        return WriteRequest.builder().putRequest(p -> p.item(item)).build();
    }

    private static AttributeValue s(String value) {
        return AttributeValue.fromS(value);
    }

    private static AttributeValue n(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }

    private static String hash(long height, int branch) {
        return String.format("0x%056x%08x", height + 1, branch);
    }
}
