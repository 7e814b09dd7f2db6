package io.godwit.testkit;

import io.godwit.testkit.ChainRows.BlockRow;
import io.godwit.testkit.ChainRows.EventKey;
import io.godwit.testkit.ChainRows.EventRow;
import io.godwit.testkit.ChainRows.Place;
import io.godwit.testkit.ChainRows.Placement;
import io.godwit.testkit.Event.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What PostgreSQL holds when a copy has ended, computed the slow and plain way: the oracle of the
 * tests.
 *
 * <p>Which block is canonical at a (block tag, height): the newest event of each event tag there
 * claims its block if it is an ADDED. A REMOVED leaves no claim of its own event tag and never
 * takes back another's. The claim of the highest event tag wins; without a claim there is no row.
 * Orphans marked skipped claim nothing.
 */
public final class ChainModel {

    private ChainModel() {}

    public static ChainRows of(ChainHistory... histories) {
        List<Event> events = new ArrayList<>();
        List<Block> blocks = new ArrayList<>();
        Arrays.stream(histories)
                .forEach(
                        history -> {
                            events.addAll(history.events());
                            blocks.addAll(history.blocks());
                        });
        return of(events, blocks);
    }

    /** As if the watermark rested on this sequence. */
    public static ChainRows of(ChainHistory history, long lastSequence) {
        return of(history.events(1, lastSequence + 1), history.blocks());
    }

    public static ChainRows of(List<Event> events, Collection<Block> blocks) {
        Map<String, Block> source =
                blocks.stream()
                        .collect(Collectors.toMap(ChainModel::name, block -> block, (a, b) -> b));
        SortedMap<String, BlockRow> blockRows = new TreeMap<>();
        SortedMap<EventKey, EventRow> eventRows = new TreeMap<>();
        SortedMap<Place, SortedMap<Integer, String>> claims = new TreeMap<>();
        List<Event> inOrder = new ArrayList<>(events);
        inOrder.sort(Comparator.comparingInt(Event::eventTag).thenComparingLong(Event::sequence));
        for (Event event : inOrder) {
            int tag = event.effectiveBlockTag();
            String name = ChainRows.skippedBlock(tag, event.height());
            if (event.orphanMarkedSkipped()) {
                // Known by its event alone; a block that was truly skipped at this height keeps its
                // row.
                blockRows.putIfAbsent(name, skippedRow(tag, event.height(), null, 0));
            } else if (event.skipped()) {
                Block block = source.get(name);
                long timestamp = block == null ? event.blockTimestamp() : block.timestamp();
                blockRows.put(name, skippedRow(tag, event.height(), "", timestamp));
            } else {
                Block block = regular(source, tag, event);
                tag = block.tag();
                name = name(block);
                blockRows.put(name, regularRow(block));
            }
            EventKey key = new EventKey(event.eventTag(), event.sequence());
            eventRows.put(
                    key, new EventRow("BLOCK_" + event.type(), event.height(), event.hash(), name));
            if (event.type() == Type.UNKNOWN) {
                throw new IllegalArgumentException("Nothing is expected of a log with " + event);
            } else if (!event.orphanMarkedSkipped()) {
                SortedMap<Integer, String> byEventTag =
                        claims.computeIfAbsent(
                                new Place(tag, event.height()), place -> new TreeMap<>());
                if (event.type() == Type.ADDED) {
                    byEventTag.put(event.eventTag(), name);
                } else {
                    byEventTag.remove(event.eventTag());
                }
            }
        }
        SortedMap<Place, String> canonical = new TreeMap<>();
        claims.forEach(
                (place, byEventTag) -> {
                    if (!byEventTag.isEmpty()) {
                        canonical.put(place, byEventTag.get(byEventTag.lastKey()));
                    }
                });
        // Places ascend, so the last one of each tag stays.
        Map<Integer, Place> tips = new TreeMap<>();
        canonical.keySet().forEach(place -> tips.put(place.tag(), place));
        return new ChainRows(
                blockRows, eventRows, canonical, Optional.of(new TreeSet<>(tips.values())));
    }

    /** Event tags of old wrote block tag 0, and it is read as 1. */
    private static Block regular(Map<String, Block> source, int tag, Event event) {
        Block block = source.get(ChainRows.regularBlock(tag, event.hash()));
        if (block == null && tag == 1) {
            block = source.get(ChainRows.regularBlock(0, event.hash()));
        }
        if (block == null) {
            throw new IllegalArgumentException("The source holds no block for " + event);
        }
        return block;
    }

    private static String name(Block block) {
        return block.skipped()
                ? ChainRows.skippedBlock(block.tag(), block.height())
                : ChainRows.regularBlock(block.tag(), block.hash());
    }

    private static BlockRow regularRow(Block block) {
        return new BlockRow(
                block.tag(),
                block.height(),
                block.hash(),
                block.parentHash(),
                block.height() == 0 ? 0 : block.parentHeight(),
                block.objectKeyMain(),
                false,
                block.timestamp(),
                Placement.OWN_OBJECT);
    }

    private static BlockRow skippedRow(int tag, long height, String text, long timestamp) {
        return new BlockRow(
                tag, height, text, text, 0, text, true, timestamp, Placement.OWN_OBJECT);
    }
}
