package io.godwit.reorg;

import static io.godwit.model.BlockEventType.BLOCK_ADDED;
import static io.godwit.model.BlockEventType.BLOCK_REMOVED;
import static io.godwit.model.Standing.FIRST;
import static io.godwit.model.Standing.NEWEST;
import static io.godwit.model.Standing.SUPERSEDED;
import static io.godwit.model.Standing.UNDECIDING;
import static io.godwit.testkit.SampleEvents.added;
import static io.godwit.testkit.SampleEvents.of;
import static io.godwit.testkit.SampleEvents.orphan;
import static io.godwit.testkit.SampleEvents.removed;
import static io.godwit.testkit.SampleEvents.skipped;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.ChainEvent;
import io.godwit.model.RankedEvent;
import io.godwit.model.Standing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ReorgFunctionTest {

    private KeyedOneInputStreamOperatorTestHarness<Tuple2<Integer, Long>, ChainEvent, RankedEvent>
            harness;

    @BeforeEach
    void open() throws Exception {
        harness = newHarness();
        harness.open();
    }

    @AfterEach
    void close() throws Exception {
        harness.close();
    }

    private static KeyedOneInputStreamOperatorTestHarness<
                    Tuple2<Integer, Long>, ChainEvent, RankedEvent>
            newHarness() throws Exception {
        return new KeyedOneInputStreamOperatorTestHarness<>(
                new KeyedProcessOperator<>(new ReorgFunction()),
                ReorgFunction.byHeight(),
                ReorgFunction.keyType());
    }

    private Standing standing(ChainEvent event) throws Exception {
        RankedEvent ranked = rank(event);
        assertThat(ranked.event()).isEqualTo(event);
        return ranked.standing();
    }

    private RankedEvent rank(ChainEvent event) throws Exception {
        int before = harness.extractOutputValues().size();
        harness.processElement(event, 0);
        List<RankedEvent> output = harness.extractOutputValues();
        assertThat(output).as("one in, one out").hasSize(before + 1);
        return output.get(before);
    }

    @Test
    void firstEventOfAHeightIsFirst() throws Exception {
        assertThat(standing(added(1, 5, "5a", "4a"))).isEqualTo(FIRST);
        assertThat(standing(added(2, 6, "6a", "5a"))).isEqualTo(FIRST);
    }

    @Test
    void laterSequenceIsTheNewest() throws Exception {
        standing(added(1, 5, "5a", "4a"));
        assertThat(standing(removed(2, 5, "5a", "4a"))).isEqualTo(NEWEST);
        assertThat(standing(added(3, 5, "5b", "4a"))).isEqualTo(NEWEST);
    }

    @Test
    void earlierSequenceThatComesLateIsSuperseded() throws Exception {
        standing(added(3, 5, "5b", "4a"));
        assertThat(standing(added(1, 5, "5a", "4a"))).isEqualTo(SUPERSEDED);
        assertThat(standing(removed(2, 5, "5a", "4a"))).isEqualTo(SUPERSEDED);
        assertThat(standing(removed(4, 5, "5b", "4a"))).isEqualTo(NEWEST);
    }

    @Test
    void removedThatComesFirstStillDecides() throws Exception {
        assertThat(standing(removed(2, 5, "5a", "4a"))).isEqualTo(FIRST);
        assertThat(standing(added(1, 5, "5a", "4a"))).isEqualTo(SUPERSEDED);
    }

    @Test
    void skippedSlotDecidesAsABlockDoes() throws Exception {
        standing(added(1, 5, "5a", "4a"));
        standing(removed(2, 5, "5a", "4a"));
        assertThat(standing(skipped(BLOCK_ADDED, 3, 5))).isEqualTo(NEWEST);
        assertThat(standing(skipped(BLOCK_REMOVED, 4, 5))).isEqualTo(NEWEST);
    }

    @Test
    void orphanNeverDecidesAndLeavesNoTrace() throws Exception {
        assertThat(standing(orphan(BLOCK_ADDED, 1, 5, "5x", "4x"))).isEqualTo(UNDECIDING);
        assertThat(standing(added(7, 5, "5a", "4a"))).isEqualTo(FIRST);
        assertThat(standing(orphan(BLOCK_ADDED, 9, 5, "5y", "4x"))).isEqualTo(UNDECIDING);
        assertThat(standing(removed(8, 5, "5a", "4a"))).isEqualTo(NEWEST);
    }

    @Test
    void sequencesOfDifferentEventTagsCountSeparately() throws Exception {
        assertThat(standing(of(0, 100, BLOCK_ADDED, 5, "5a", "4a", false))).isEqualTo(FIRST);
        assertThat(standing(of(2, 7, BLOCK_ADDED, 5, "5b", "4a", false))).isEqualTo(NEWEST);
        assertThat(standing(of(2, 6, BLOCK_ADDED, 5, "5c", "4a", false))).isEqualTo(SUPERSEDED);
        assertThat(standing(of(0, 101, BLOCK_REMOVED, 5, "5a", "4a", false))).isEqualTo(NEWEST);
        assertThat(standing(of(1, 1, BLOCK_ADDED, 5, "5d", "4a", false))).isEqualTo(NEWEST);
        assertThat(standing(of(0, 99, BLOCK_ADDED, 5, "5e", "4a", false))).isEqualTo(SUPERSEDED);
    }

    @Test
    void whatWasSeenSurvivesARestore() throws Exception {
        standing(added(3, 5, "5b", "4a"));
        standing(of(2, 9, BLOCK_ADDED, 5, "5b", "4a", false));
        OperatorSubtaskState snapshot = harness.snapshot(1, 1);
        harness.close();
        harness = newHarness();
        harness.initializeState(snapshot);
        harness.open();
        assertThat(standing(added(2, 5, "5a", "4a"))).isEqualTo(SUPERSEDED);
        assertThat(standing(added(3, 5, "5b", "4a"))).as("delivered again").isEqualTo(SUPERSEDED);
        assertThat(standing(of(2, 10, BLOCK_REMOVED, 5, "5b", "4a", false))).isEqualTo(NEWEST);
        assertThat(standing(added(4, 6, "6b", "5b"))).isEqualTo(FIRST);
    }

    @Test
    void inEveryOrderTheLastToDecideIsTheHighestSequence() throws Exception {
        List<ChainEvent> events =
                List.of(
                        added(1, 5, "5a", "4a"),
                        removed(2, 5, "5a", "4a"),
                        orphan(BLOCK_ADDED, 9, 5, "5x", "4x"),
                        of(1, 1, BLOCK_ADDED, 5, "5b", "4a", false),
                        of(1, 2, BLOCK_REMOVED, 5, "5b", "4a", false));
        long height = 0;
        for (List<ChainEvent> order : permutations(events).toList()) {
            assertLastToDecideIsHighest(at(height++, order), order.toString());
        }
        assertThat(height).isEqualTo(120);
    }

    @Test
    void inAnyOrderOfManyEventsTheLastToDecideIsTheHighestSequence() throws Exception {
        for (long seed = 1; seed <= 300; seed++) {
            Random random = new Random(seed);
            List<ChainEvent> events = new ArrayList<>();
            for (int tag = 0; tag < 1 + random.nextInt(3); tag++) {
                long sequence = 1;
                for (int left = random.nextInt(8); left > 0; left--) {
                    sequence += 1 + random.nextInt(5);
                    boolean orphan = random.nextInt(5) == 0;
                    events.add(
                            of(
                                    tag,
                                    sequence,
                                    random.nextBoolean() ? BLOCK_ADDED : BLOCK_REMOVED,
                                    seed,
                                    orphan || random.nextInt(4) > 0 ? "hash-" + sequence : "",
                                    "",
                                    orphan));
                }
            }
            Collections.shuffle(events, random);
            assertLastToDecideIsHighest(events, "seed " + seed + ": " + events);
        }
    }

    private void assertLastToDecideIsHighest(List<ChainEvent> order, String what) throws Exception {
        Map<Integer, Long> highest = new HashMap<>();
        Map<Integer, Long> lastToDecide = new HashMap<>();
        for (ChainEvent event : order) {
            RankedEvent ranked = rank(event);
            boolean orphan = event.skipped() && !event.hash().isEmpty();
            if (!orphan) {
                highest.merge(event.tag(), event.sequence(), Math::max);
            }
            if (ranked.decides()) {
                assertThat(orphan).as(what).isFalse();
                lastToDecide.put(event.tag(), event.sequence());
            }
        }
        assertThat(lastToDecide).as(what).isEqualTo(highest);
    }

    /** The same events at a height of their own. */
    private static List<ChainEvent> at(long height, List<ChainEvent> events) {
        return events.stream()
                .map(
                        e ->
                                of(
                                        e.tag(),
                                        e.sequence(),
                                        e.type(),
                                        height,
                                        e.hash(),
                                        e.parentHash(),
                                        e.skipped()))
                .toList();
    }

    private static Stream<List<ChainEvent>> permutations(List<ChainEvent> of) {
        if (of.isEmpty()) {
            return Stream.of(List.of());
        }
        return of.stream()
                .flatMap(
                        first -> {
                            List<ChainEvent> rest = new ArrayList<>(of);
                            rest.remove(first);
                            return permutations(rest)
                                    .map(p -> Stream.concat(Stream.of(first), p.stream()).toList());
                        });
    }
}
