package io.godwit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.testkit.ChainRows.BlockRow;
import io.godwit.testkit.ChainRows.Place;
import io.godwit.testkit.Event.Type;
import io.godwit.testkit.RandomHistory.Options;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Histories are valid, and the model says of small ones what can be said by hand. */
final class ChainHistoryTest {

    @Test
    void reorgLeavesBothBlocksAndTheLaterOneIsCanonical() {
        ChainHistory history =
                ChainHistory.startingAt(0, 1, 100).added(100, "0a", "").added(101, "1a", "0a");
        history.removed(101, "1a").added(101, "1b", "0a").added(102, "2b", "1b");
        ChainRows rows = ChainModel.of(history);
        assertThat(rows.blocks()).containsOnlyKeys("1/0a", "1/1a", "1/1b", "1/2b");
        assertThat(rows.canonical())
                .isEqualTo(
                        Map.of(
                                new Place(1, 100),
                                "1/0a",
                                new Place(1, 101),
                                "1/1b",
                                new Place(1, 102),
                                "1/2b"));
        assertThat(rows.watermarks()).hasValue(new TreeSet<>(Set.of(new Place(1, 102))));
        assertThat(rows.events()).hasSize(5);
    }

    @Test
    void logThatEndsInRemovedHasAShorterChain() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(10).reorg(4);
        ChainRows rows = ChainModel.of(history);
        assertThat(rows.canonical()).hasSize(6);
        assertThat(rows.watermarks().orElseThrow()).containsExactly(new Place(1, 5));
        assertThat(history.canonicalCopies()).as("the source keeps its stale copies").hasSize(10);
        assertThat(ChainModel.of(history, 10).canonical()).hasSize(10);
    }

    @Test
    void reAddedBlocksAreTheSameBlocks() {
        ChainHistory history =
                ChainHistory.startingAt(0, 1, 0).blocks(5).reorg(2).reorg(1).reAdd(2).blocks(1);
        assertThat(history.blocks()).hasSize(6);
        assertThat(history.events()).hasSize(5 + 3 + 2 + 1);
        assertThat(history.events().get(8).hash()).isEqualTo(history.events().get(2).hash());
        assertThat(history.tip().orElseThrow().height()).isEqualTo(4);
    }

    @Test
    void skippedHeightIsSteppedOverByParents() {
        ChainHistory history =
                ChainHistory.startingAt(0, 1, 100).blocks(1).skipped(2, true).blocks(1);
        Event first = history.events().get(0);
        Event last = history.events().get(3);
        assertThat(last.parentHash()).isEqualTo(first.hash());
        assertThat(history.block(last).orElseThrow().parentHeight()).isEqualTo(100);
        BlockRow row = ChainModel.of(history).blocks().get("1/skipped/101");
        assertThat(row.hash()).isEmpty();
        assertThat(row.timestamp())
                .isEqualTo(history.events().get(1).blockTimestamp())
                .isPositive();
    }

    @Test
    void heightSkippedInOneBranchAndRegularInAnotherHasBothRows() {
        ChainHistory history =
                ChainHistory.startingAt(0, 1, 0).blocks(2).skipped(1).reorg(1).blocks(1);
        ChainRows rows = ChainModel.of(history);
        String regular = "1/" + history.tip().orElseThrow().hash();
        assertThat(rows.blocks()).containsKeys("1/skipped/2", regular);
        assertThat(rows.canonical()).containsEntry(new Place(1, 2), regular);
    }

    @Test
    void orphansMarkedSkippedShareARowOfNullsAndAreNeverCanonical() {
        ChainHistory history = ChainHistory.startingAt(3, 2, 0).blocks(2);
        history.orphansMarkedSkipped(1, 1).reorg(1).orphansMarkedSkipped(1, 1).reorg(1).blocks(1);
        ChainRows rows = ChainModel.of(history);
        BlockRow row = rows.blocks().get("1/skipped/2");
        assertThat(row.hash()).isNull();
        assertThat(row.objectKeyMain()).isNull();
        assertThat(row.timestamp()).isZero();
        assertThat(rows.events().values())
                .filteredOn(event -> event.block().equals("1/skipped/2"))
                .hasSize(4);
        assertThat(rows.canonical().keySet()).allMatch(place -> place.tag() == 2);
    }

    @Test
    void trulySkippedHeightKeepsItsValuesBesideAnOrphanMarkedSkipped() {
        ChainHistory before = ChainHistory.startingAt(3, 1, 0).blocks(2).skipped(1, true).reorg(1);
        ChainHistory after = ChainHistory.startingAt(3, 1, 0).blocks(2);
        before.orphansMarkedSkipped(1, 1).reorg(1).blocks(1);
        after.orphansMarkedSkipped(1, 1).reorg(1).skipped(1, true);
        for (ChainHistory history : List.of(before, after)) {
            BlockRow row = ChainModel.of(history).blocks().get("1/skipped/2");
            assertThat(row.hash()).isEmpty();
            assertThat(row.timestamp()).isPositive();
        }
    }

    @Test
    void derivedLogKeepsOrphansUnderTheOldTag() {
        ChainHistory old = ChainHistory.startingAt(0, 1, 0).blocks(5).reorg(2).blocks(3);
        ChainHistory derived = old.derive(3, 2);
        assertThat(derived.events()).filteredOn(Event::orphanMarkedSkipped).hasSize(4);
        assertThat(replay(derived)).hasSize(6);
        ChainRows both = ChainModel.of(old, derived);
        assertThat(both.canonical()).hasSize(12);
        assertThat(both.blocks()).hasSize(8 + 6 + 2);
        assertThat(both.watermarks().orElseThrow())
                .containsExactly(new Place(1, 5), new Place(2, 5));
    }

    @Test
    void oneKeyNeverHoldsTwoBlocks() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).added(5, "x", "a");
        assertThatThrownBy(() -> history.added(5, "x", "b"))
                .hasMessageContaining("One key, two blocks");
    }

    @Test
    void randomHistoriesAreStacksWhoseRestIsCanonical() {
        Set<String> met = new HashSet<>();
        for (long seed = 1; seed <= 300; seed++) {
            Options options = Options.any(seed, (int) (seed % 4), 400);
            ChainHistory history = RandomHistory.of(seed, options);
            assertThat(RandomHistory.of(seed, options).events()).isEqualTo(history.events());
            Deque<Event> chain = replay(history);
            Map<Place, String> expected =
                    chain.stream()
                            .filter(event -> !event.orphanMarkedSkipped())
                            .collect(
                                    Collectors.toMap(
                                            event -> new Place(event.blockTag(), event.height()),
                                            event ->
                                                    event.skipped()
                                                            ? ChainRows.skippedBlock(
                                                                    event.blockTag(),
                                                                    event.height())
                                                            : ChainRows.regularBlock(
                                                                    event.blockTag(),
                                                                    event.hash())));
            assertThat(ChainModel.of(history).canonical())
                    .as("seed %s, %s", seed, options)
                    .isEqualTo(new TreeMap<>(expected));
            note(history, met);
        }
        assertThat(met)
                .contains(
                        "reorg of 40 or more",
                        "skipped after skipped",
                        "skipped after removed",
                        "re-added",
                        "skipped and regular",
                        "three tags",
                        "orphan",
                        "ends in removed",
                        "no parent heights");
    }

    /** The chain that is left, by the service's own rules for a log; the top is first. */
    private static Deque<Event> replay(ChainHistory history) {
        Deque<Event> chain = new ArrayDeque<>();
        long sequence = 0;
        for (Event event : history.events()) {
            assertThat(event.sequence()).isEqualTo(++sequence);
            Event top = chain.peek();
            if (event.type() == Type.REMOVED) {
                assertThat(event).isEqualTo(top.as(Type.REMOVED, sequence));
                chain.pop();
            } else {
                if (top != null) {
                    assertThat(event.height()).isEqualTo(top.height() + 1);
                    if (!event.skipped() && !top.skipped()) {
                        assertThat(event.parentHash()).isEqualTo(top.hash());
                    }
                }
                chain.push(event);
            }
        }
        return chain;
    }

    private static void note(ChainHistory history, Set<String> met) {
        Event last = null;
        int run = 0;
        Set<String> added = new HashSet<>();
        Set<String> places = new HashSet<>();
        for (Event event : history.events()) {
            run = event.type() == Type.REMOVED ? run + 1 : 0;
            if (run >= 40) {
                met.add("reorg of 40 or more");
            }
            if (last != null && event.trulySkipped() && event.type() == Type.ADDED) {
                met.add(last.type() == Type.REMOVED ? "skipped after removed" : "");
                met.add(
                        last.trulySkipped() && last.type() == Type.ADDED
                                ? "skipped after skipped"
                                : "");
            }
            if (event.type() == Type.ADDED && !event.skipped()) {
                met.add(added.add(event.blockTag() + event.hash()) ? "" : "re-added");
            }
            places.add(event.blockTag() + "/" + event.height() + "/" + event.trulySkipped());
            met.add(event.orphanMarkedSkipped() ? "orphan" : "");
            last = event;
        }
        met.add(last.type() == Type.REMOVED ? "ends in removed" : "");
        met.add(
                places.stream()
                                .anyMatch(
                                        place ->
                                                place.endsWith("true")
                                                        && places.contains(
                                                                place.replace("true", "false")))
                        ? "skipped and regular"
                        : "");
        met.add(
                history.events().stream().map(Event::blockTag).distinct().count() == 3
                        ? "three tags"
                        : "");
        met.add(
                history.blocks().stream().allMatch(block -> block.parentHeight() == 0)
                        ? "no parent heights"
                        : "");
    }
}
