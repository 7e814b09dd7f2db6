package io.godwit.connector.dynamodb;

import io.godwit.connector.dynamodb.ChainKeys.BlockKey;
import io.godwit.model.ChainEvent;
import io.godwit.model.ChainLogRule;
import io.godwit.model.MigrationException;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The event log of a chainstorage deployment in DynamoDB: events by sequence and the blocks they
 * speak of, both by key and strongly consistent. The head is the watermark item; items above it are
 * not final and are never read.
 *
 * <p>Neighbours are checked against the log's grammar as they are read, across pages too: the event
 * before a page is read along when it is not known from the page before.
 */
public final class DynamoDbChainLog implements EventLog<ChainEvent> {

    private final ChainstorageDynamoDbSpec spec;
    private final DynamoDbClient client;
    private final BulkReader reader;
    private final ChainBlocks blocks;
    private final Map<Integer, ChainEvent> lastRead = new HashMap<>();

    public DynamoDbChainLog(ChainstorageDynamoDbSpec spec) {
        this(spec, DynamoDbClients.open(spec));
    }

    /**
     * @param client closed with this log
     */
    DynamoDbChainLog(ChainstorageDynamoDbSpec spec, DynamoDbClient client) {
        this.spec = spec;
        this.client = client;
        this.reader = new BulkReader(client);
        this.blocks = new ChainBlocks(reader, spec.blockTable());
    }

    @Override
    public long head(int tag) {
        String table = spec.eventTableOf(tag);
        Map<String, AttributeValue> watermark = reader.getOne(table, ChainKeys.watermark(tag));
        if (watermark == null) {
            return 0;
        }
        Item item = new Item("watermark item of event tag", tag, table, watermark);
        return item.number(tag == 0 ? "max_event_id" : "sequence");
    }

    @Override
    public List<ChainEvent> read(int tag, SequenceRange asked, int limit, boolean live) {
        SequenceRange range = asked.first(limit);
        ChainEvent before = lastRead.get(tag);
        boolean knowsBefore = before != null && before.sequence() == range.from() - 1;
        long first = knowsBefore || range.from() == 1 ? range.from() : range.from() - 1;
        List<EventItem> items = events(tag, new SequenceRange(first, range.until()));
        Map<BlockKey, Item> found = blocks.read(items);
        List<ChainEvent> events = new ArrayList<>(items.size());
        ChainEvent previous = knowsBefore ? before : null;
        for (EventItem item : items) {
            ChainEvent event = compose(item, found, live);
            check(previous, event);
            previous = event;
            if (range.contains(item.sequence())) {
                events.add(event);
            }
        }
        if (previous != null) {
            lastRead.put(tag, previous);
        }
        return events;
    }

    private static void check(ChainEvent previous, ChainEvent event) {
        Optional<String> violation = Optional.empty();
        if (previous != null) {
            violation = ChainLogRule.violation(previous, event);
        } else if (event.sequence() == 1) {
            violation = ChainLogRule.violationAtStart(event);
        }
        if (violation.isPresent()) {
            throw MigrationException.fatal(
                    "event tag " + event.tag() + ", sequence " + event.sequence(), violation.get());
        }
    }

    private List<EventItem> events(int tag, SequenceRange range) {
        String table = spec.eventTableOf(tag);
        List<Map<String, AttributeValue>> keys = new ArrayList<>((int) range.size());
        for (long sequence = range.from(); sequence < range.until(); sequence++) {
            keys.add(ChainKeys.event(tag, sequence));
        }
        EventItem[] events = new EventItem[(int) range.size()];
        for (Map<String, AttributeValue> attributes : reader.get(table, keys)) {
            String id = idOf(attributes.get("event_id"));
            EventItem event = EventItem.decode(tag, new Item("event", id, table, attributes));
            if (!range.contains(event.sequence())) {
                throw MigrationException.fatal(
                        "event " + id,
                        "Event "
                                + id
                                + " in table "
                                + table
                                + " says it is sequence "
                                + event.sequence());
            }
            events[(int) (event.sequence() - range.from())] = event;
        }
        for (int i = 0; i < events.length; i++) {
            if (events[i] == null) {
                throw gap(tag, table, range, range.from() + i);
            }
            checkHeight(events[i]);
        }
        return List.of(events);
    }

    private static String idOf(AttributeValue eventId) {
        return eventId.n() == null ? eventId.s() : eventId.n();
    }

    private static MigrationException gap(
            int tag, String table, SequenceRange range, long missing) {
        return MigrationException.fatal(
                "event tag " + tag + ", sequence " + missing,
                "Gap in "
                        + range
                        + " of event tag "
                        + tag
                        + ": "
                        + missing
                        + " is missing in DynamoDB table "
                        + table
                        + ", below its watermark; nothing of its range was written. Restore the"
                        + " event and run the migration again");
    }

    private void checkHeight(EventItem event) {
        if (event.height() < spec.blockStartHeight()) {
            throw MigrationException.fatal(
                    "event tag " + event.tag() + ", sequence " + event.sequence(),
                    "Event "
                            + event.sequence()
                            + " of event tag "
                            + event.tag()
                            + " is at height "
                            + event.height()
                            + ", below source.block_start_height "
                            + spec.blockStartHeight()
                            + "; correct the setting or the source");
        }
    }

    private ChainEvent compose(EventItem event, Map<BlockKey, Item> found, boolean live) {
        Item block = event.hasBlockItem() ? found.get(event.blockKey()) : null;
        return ChainEvents.compose(event, block, live);
    }

    @Override
    public void close() {
        reader.close();
        client.close();
    }
}
