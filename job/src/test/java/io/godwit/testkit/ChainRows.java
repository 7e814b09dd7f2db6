package io.godwit.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import org.assertj.core.api.AssertProvider;

/**
 * The chain service's rows in PostgreSQL, without surrogate keys: a block is named "tag/hash", a
 * skipped one "tag/skipped/height". Either what a database holds ({@link #read}) or what it should
 * ({@link ChainModel}).
 *
 * @param watermarks the canonical places ("tag/height") marked as watermark; empty if not to be
 *     compared
 */
public record ChainRows(
        SortedMap<String, BlockRow> blocks,
        SortedMap<EventKey, EventRow> events,
        SortedMap<Place, String> canonical,
        Optional<SortedSet<Place>> watermarks)
        implements AssertProvider<ChainRowsAssert> {

    /**
     * Strings are null where the column is NULL; placement is all that says where the object lies.
     */
    public record BlockRow(
            int tag,
            long height,
            String hash,
            String parentHash,
            long parentHeight,
            String objectKeyMain,
            boolean skipped,
            long timestamp,
            Placement placement) {}

    /** The columns of consolidation, as they are for an object of its own. */
    public record Placement(
            int objectFormat, Long byteOffset, Long byteLength, Long uncompressedLength) {
        public static final Placement OWN_OBJECT = new Placement(0, null, null, null);
    }

    public record EventKey(int eventTag, long sequence) implements Comparable<EventKey> {
        @Override
        public int compareTo(EventKey other) {
            int byTag = Integer.compare(eventTag, other.eventTag);
            return byTag != 0 ? byTag : Long.compare(sequence, other.sequence);
        }
    }

    public record EventRow(String type, long height, String hash, String block) {}

    public record Place(int tag, long height) implements Comparable<Place> {
        @Override
        public int compareTo(Place other) {
            int byTag = Integer.compare(tag, other.tag);
            return byTag != 0 ? byTag : Long.compare(height, other.height);
        }
    }

    public static ChainRows read(Connection connection) throws SQLException {
        return ChainRowsReader.read(connection);
    }

    static String regularBlock(int tag, String hash) {
        return tag + "/" + hash;
    }

    static String skippedBlock(int tag, long height) {
        return tag + "/skipped/" + height;
    }

    /** The same rows for a comparison in which watermarks do not count. */
    public ChainRows withoutWatermarks() {
        return new ChainRows(blocks, events, canonical, Optional.empty());
    }

    /** What differs, a line each: missing here, unexpected here, or of other content. */
    public List<String> differencesFrom(ChainRows expected) {
        List<String> lines = new ArrayList<>();
        compare("block_metadata", blocks, expected.blocks, lines);
        compare("block_events", events, expected.events, lines);
        compare("canonical_blocks", canonical, expected.canonical, lines);
        if (watermarks.isPresent() && expected.watermarks.isPresent()) {
            compare(
                    "is_watermark",
                    marks(watermarks.get()),
                    marks(expected.watermarks.get()),
                    lines);
        }
        return lines;
    }

    private static <K, V> void compare(
            String table, SortedMap<K, V> actual, SortedMap<K, V> expected, List<String> lines) {
        SortedMap<K, V> all = new TreeMap<>(expected);
        all.putAll(actual);
        for (K key : all.keySet()) {
            V is = actual.get(key);
            V should = expected.get(key);
            if (is == null) {
                lines.add(table + " lacks " + key + ": " + should);
            } else if (should == null) {
                lines.add(table + " has an unexpected " + key + ": " + is);
            } else if (!is.equals(should)) {
                lines.add(table + " differs at " + key + ": expected " + should + " but was " + is);
            }
        }
    }

    private static SortedMap<Place, String> marks(SortedSet<Place> places) {
        SortedMap<Place, String> marks = new TreeMap<>();
        places.forEach(place -> marks.put(place, "watermark"));
        return marks;
    }

    /** For {@code assertThat(rows).isEqualTo(expected)}. */
    @Override
    public ChainRowsAssert assertThat() {
        return new ChainRowsAssert(this);
    }

    @Override
    public String toString() {
        return blocks.size()
                + " blocks, "
                + events.size()
                + " events, "
                + canonical.size()
                + " canonical"
                + watermarks.map(places -> ", watermarks " + places).orElse("");
    }
}
