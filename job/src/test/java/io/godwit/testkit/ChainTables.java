package io.godwit.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndex;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/**
 * The chain service's three tables in DynamoDB, written to as the service writes. Thread-safe. The
 * encoding of empty strings belongs to this view; {@link #encoding} gives another view of the same
 * tables.
 */
public final class ChainTables {

    private final DynamoDbClient client;
    private final String prefix;
    private final ChainItems items;

    private ChainTables(DynamoDbClient client, String prefix, Encoding encoding) {
        this.client = client;
        this.prefix = prefix;
        this.items = new ChainItems(encoding);
    }

    /** Creates the tables; they must not exist yet. */
    public static ChainTables create(DynamoDbClient client, String prefix) {
        ChainTables tables = new ChainTables(client, prefix, Encoding.SDK_V2);
        tables.createTable(
                CreateTableRequest.builder()
                        .tableName(tables.blockTable())
                        .attributeDefinitions(
                                attribute("block_pid", ScalarAttributeType.S),
                                attribute("block_rid", ScalarAttributeType.S))
                        .keySchema(
                                key("block_pid", KeyType.HASH), key("block_rid", KeyType.RANGE)));
        tables.createTable(
                CreateTableRequest.builder()
                        .tableName(tables.eventTable())
                        .attributeDefinitions(
                                attribute("event_id", ScalarAttributeType.N),
                                attribute("height", ScalarAttributeType.N))
                        .keySchema(key("event_id", KeyType.HASH))
                        .globalSecondaryIndexes(index(tables.eventTable() + "_height", "height")));
        tables.createTable(
                CreateTableRequest.builder()
                        .tableName(tables.versionedEventTable())
                        .attributeDefinitions(
                                attribute("event_id", ScalarAttributeType.S),
                                attribute("block_id", ScalarAttributeType.S))
                        .keySchema(key("event_id", KeyType.HASH))
                        .globalSecondaryIndexes(
                                index(tables.versionedEventTable() + "_block", "block_id")));
        return tables;
    }

    public ChainTables encoding(Encoding encoding) {
        return new ChainTables(client, prefix, encoding);
    }

    public String blockTable() {
        return prefix + "_blocks";
    }

    /** Event tag 0. */
    public String eventTable() {
        return prefix + "_block_events";
    }

    /** All event tags from 1 on. */
    public String versionedEventTable() {
        return prefix + "_versioned_block_events";
    }

    public String eventTableOf(int eventTag) {
        return eventTag == 0 ? eventTable() : versionedEventTable();
    }

    /** The block under its own name and, if asked, as the canonical one of its height. */
    public void putBlock(Block block, boolean canonical) {
        putItem(blockTable(), items.block(block));
        if (canonical) {
            putItem(blockTable(), items.canonical(block));
        }
    }

    /** The block watermark of a block tag. */
    public void putLatest(int blockTag, Block block) {
        putItem(blockTable(), items.latest(blockTag, block));
    }

    public void putEvent(Event event) {
        putItem(eventTableOf(event.eventTag()), items.event(event));
    }

    /** The event watermark: all events up to this sequence are final. */
    public void setWatermark(int eventTag, long sequence) {
        putItem(eventTableOf(eventTag), items.watermark(eventTag, sequence));
    }

    /** All that a history holds, and then its watermarks. */
    public void putAll(ChainHistory history) {
        putSince(history, 1);
    }

    /**
     * What a history holds from this sequence on, and then its watermarks, as a live service
     * appends.
     */
    public void putSince(ChainHistory history, long fromSequence) {
        List<Event> events = history.events(fromSequence, Long.MAX_VALUE);
        Map<String, Map<String, AttributeValue>> blocks = new HashMap<>();
        Map<Integer, Block> latest = new TreeMap<>();
        if (fromSequence <= 1) {
            history.blocks().forEach(block -> put(blocks, items.block(block)));
            history.canonicalCopies().forEach(block -> put(blocks, items.canonical(block)));
        }
        for (Event event : events) {
            Block block = history.block(event).orElse(null);
            if (block != null && event.type() == Event.Type.ADDED) {
                put(blocks, items.block(block));
                if (!event.orphanMarkedSkipped()) {
                    put(blocks, items.canonical(block));
                    latest.put(block.tag(), block);
                }
            }
        }
        history.tip()
                .filter(tip -> !tip.orphanMarkedSkipped())
                .flatMap(history::block)
                .ifPresent(block -> latest.put(block.tag(), block));
        latest.forEach((tag, block) -> put(blocks, items.latest(tag, block)));
        BulkWriter bulk = new BulkWriter(client);
        bulk.write(blockTable(), List.copyOf(blocks.values()));
        bulk.write(eventTableOf(history.eventTag()), events.stream().map(items::event).toList());
        setWatermark(history.eventTag(), history.lastSequence());
    }

    public void putItem(String table, Map<String, AttributeValue> item) {
        client.putItem(request -> request.tableName(table).item(item));
    }

    public void deleteItem(String table, Map<String, AttributeValue> key) {
        client.deleteItem(request -> request.tableName(table).key(key));
    }

    public void deleteEvent(int eventTag, long sequence) {
        deleteItem(eventTableOf(eventTag), items.eventKey(eventTag, sequence));
    }

    /** Deletes the block's own item; the canonical copy stays. */
    public void deleteBlock(Block block) {
        deleteItem(blockTable(), blockKey(block));
    }

    /** Changes attributes of the block's own item, as no writer of the service would. */
    public void changeBlock(Block block, Consumer<Map<String, AttributeValue>> change) {
        changeItem(blockTable(), blockKey(block), change);
    }

    /** Changes attributes of an event's item. */
    public void changeEvent(
            int eventTag, long sequence, Consumer<Map<String, AttributeValue>> change) {
        changeItem(eventTableOf(eventTag), items.eventKey(eventTag, sequence), change);
    }

    private void changeItem(
            String table,
            Map<String, AttributeValue> key,
            Consumer<Map<String, AttributeValue>> change) {
        Map<String, AttributeValue> item =
                new HashMap<>(
                        client.getItem(get -> get.tableName(table).key(key).consistentRead(true))
                                .item());
        if (item.isEmpty()) {
            throw new IllegalArgumentException("Table " + table + " has no item " + key);
        }
        change.accept(item);
        putItem(table, item);
    }

    private static Map<String, AttributeValue> blockKey(Block block) {
        return Map.of(
                "block_pid", AttributeValue.fromS(block.tag() + "-" + block.height()),
                "block_rid", AttributeValue.fromS(block.rid()));
    }

    private static void put(
            Map<String, Map<String, AttributeValue>> blocks, Map<String, AttributeValue> item) {
        blocks.put(item.get("block_pid").s() + "/" + item.get("block_rid").s(), item);
    }

    private void createTable(CreateTableRequest.Builder table) {
        CreateTableRequest request = table.billingMode(BillingMode.PAY_PER_REQUEST).build();
        client.createTable(request);
        client.waiter().waitUntilTableExists(describe -> describe.tableName(request.tableName()));
    }

    private static AttributeDefinition attribute(String name, ScalarAttributeType type) {
        return AttributeDefinition.builder().attributeName(name).attributeType(type).build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static GlobalSecondaryIndex index(String name, String attribute) {
        return GlobalSecondaryIndex.builder()
                .indexName(name)
                .keySchema(key(attribute, KeyType.HASH))
                .projection(projection -> projection.projectionType(ProjectionType.ALL))
                .build();
    }
}
