package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.SequenceRange;
import io.godwit.model.TagProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RangeAssignerTest {

    private static final int TAG = 3;

    private static RangeAssigner continuous(long start, long until) {
        return RangeAssigner.fresh(TAG, 10, start, until, true);
    }

    private static RangeAssigner bounded(long start, long until) {
        return RangeAssigner.fresh(TAG, 10, start, until, false);
    }

    private static List<EventLogSplit> allRanges(RangeAssigner assigner) {
        return Stream.generate(assigner::nextRange)
                .takeWhile(Optional::isPresent)
                .flatMap(Optional::stream)
                .toList();
    }

    private static EventLogSplit upTo(EventLogSplit split, long next) {
        return new EventLogSplit(split.tag(), split.range(), next);
    }

    private static EventLogSplit done(EventLogSplit split) {
        return upTo(split, split.range().until());
    }

    @Test
    void rangesAreHandedOutInAscendingOrderAndTheLastIsShorter() {
        assertThat(allRanges(bounded(5, 28)))
                .extracting(EventLogSplit::range)
                .containsExactly(
                        new SequenceRange(5, 15),
                        new SequenceRange(15, 25),
                        new SequenceRange(25, 28));
    }

    @Test
    void rangesAreMadeOnlyWhenAskedFor() {
        RangeAssigner assigner = bounded(1, 1_000_000_000_001L);
        assigner.nextRange();
        assigner.nextRange();
        assertThat(assigner.state())
                .isEqualTo(
                        new AssignerState(
                                TAG,
                                1,
                                1_000_000_000_001L,
                                21,
                                List.of(new SequenceRange(1, 11), new SequenceRange(11, 21))));
    }

    @Test
    void logThatEndsBeforeItsStartHasNoRanges() {
        RangeAssigner assigner = continuous(5, 3);
        assertThat(assigner.nextRange()).isEmpty();
        assertThat(assigner.bulkDone()).isTrue();
        assertThat(assigner.appliedThrough()).isEqualTo(4);
        assertThat(assigner.tail().orElseThrow().range().from()).isEqualTo(5);
    }

    static Stream<List<Integer>> orders() {
        return permutations(List.of(0, 1, 2, 3));
    }

    private static Stream<List<Integer>> permutations(List<Integer> of) {
        if (of.isEmpty()) {
            return Stream.of(List.of());
        }
        return of.stream()
                .flatMap(
                        first -> {
                            List<Integer> rest = new ArrayList<>(of);
                            rest.remove(first);
                            return permutations(rest)
                                    .map(p -> Stream.concat(Stream.of(first), p.stream()).toList());
                        });
    }

    @ParameterizedTest
    @MethodSource("orders")
    void appliedThroughIsBelowTheLowestOpenSequenceInEveryOrderOfCompletion(List<Integer> order) {
        RangeAssigner assigner = bounded(1, 41);
        List<EventLogSplit> ranges = allRanges(assigner);
        List<Integer> left = new ArrayList<>(order);
        for (Integer next : order) {
            EventLogSplit range = ranges.get(next);
            assigner.applied(upTo(range, range.range().from() + 4));
            int lowest = left.stream().min(Integer::compare).orElseThrow();
            assertThat(assigner.appliedThrough())
                    .isEqualTo(10L * lowest + (lowest == next ? 4 : 0));
            assigner.applied(done(range));
            left.remove(next);
            assertThat(assigner.appliedThrough())
                    .isEqualTo(10L * left.stream().min(Integer::compare).orElse(4));
        }
        assertThat(assigner.bulkDone()).isTrue();
    }

    @Test
    void lateReportChangesNothing() {
        RangeAssigner assigner = bounded(1, 21);
        EventLogSplit first = assigner.nextRange().orElseThrow();
        assigner.applied(upTo(first, 8));
        assigner.applied(upTo(first, 5));
        assertThat(assigner.appliedThrough()).isEqualTo(7);
        assigner.applied(done(first));
        assigner.applied(upTo(first, 9));
        assertThat(assigner.appliedThrough()).isEqualTo(10);
        assertThat(assigner.state().open()).isEmpty();
    }

    @Test
    void tailIsAssignedOnceAndOnlyAfterAllBulkIsApplied() {
        RangeAssigner assigner = continuous(1, 21);
        assertThat(assigner.tail()).isEmpty();
        List<EventLogSplit> ranges = allRanges(assigner);
        assigner.applied(done(ranges.get(1)));
        assigner.applied(upTo(ranges.get(0), 10));
        assertThat(assigner.tail()).as("sequence 10 is still owed").isEmpty();
        assigner.applied(done(ranges.get(0)));
        assertThat(assigner.tail()).contains(EventLogSplit.tail(TAG, 21));
        assertThat(assigner.tail()).isEmpty();
        assertThat(assigner.bulkDone()).isTrue();
        assertThat(assigner.exhausted()).isFalse();
    }

    @Test
    void tailMovesAppliedThrough() {
        RangeAssigner assigner = continuous(1, 1);
        EventLogSplit tail = assigner.tail().orElseThrow();
        assertThat(assigner.appliedThrough()).isZero();
        assigner.applied(upTo(tail, 500));
        assertThat(assigner.appliedThrough()).isEqualTo(499);
    }

    @Test
    void tailIsNotAssignedAgainAfterARestore() {
        RangeAssigner assigner = continuous(1, 1);
        assigner.applied(upTo(assigner.tail().orElseThrow(), 500));
        RangeAssigner restored = RangeAssigner.restore(assigner.state(), 10, true);
        assertThat(restored.tail()).isEmpty();
        assertThat(restored.nextRange()).isEmpty();
        restored.applied(upTo(EventLogSplit.tail(TAG, 1), 700));
        assertThat(restored.appliedThrough()).isEqualTo(699);
    }

    @Test
    void boundedRunHasNoTailAndIsExhaustedAfterItsLastRange() {
        RangeAssigner assigner = bounded(1, 11);
        assertThat(assigner.exhausted()).isFalse();
        assigner.applied(done(assigner.nextRange().orElseThrow()));
        assertThat(assigner.exhausted()).isTrue();
        assertThat(assigner.tail()).isEmpty();
    }

    @Test
    void boundedRunThatBeginsAgainGoesOnToTheHeadOfNow() {
        RangeAssigner assigner = bounded(1, 11);
        assigner.applied(done(assigner.nextRange().orElseThrow()));
        RangeAssigner restored = RangeAssigner.restore(assigner.state(), 10, false);
        restored.extendBulk(7);
        assertThat(restored.exhausted()).as("never backwards").isTrue();
        restored.extendBulk(14);
        assertThat(allRanges(restored))
                .extracting(EventLogSplit::range)
                .containsExactly(new SequenceRange(11, 14));
    }

    @Test
    void continuousRunLeavesWhatIsNewToItsTail() {
        RangeAssigner assigner = continuous(1, 11);
        assigner.extendBulk(100);
        assertThat(allRanges(assigner)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 10, 1000})
    void rangesAreCountedFromBothEnds(long batchAfterRestart) {
        RangeAssigner assigner = bounded(1, 36);
        assertThat(assigner.progress(40)).isEqualTo(new TagProgress(TAG, 40, 0, 4, 0));
        EventLogSplit first = assigner.nextRange().orElseThrow();
        assertThat(assigner.progress(40)).isEqualTo(new TagProgress(TAG, 40, 0, 4, 0));
        assigner.applied(done(first));
        assertThat(assigner.progress(40)).isEqualTo(new TagProgress(TAG, 40, 10, 3, 1));
        assigner.nextRange();
        assigner.nextRange();
        RangeAssigner restored = RangeAssigner.restore(assigner.state(), batchAfterRestart, false);
        restored.extendBulk(37);
        TagProgress progress = restored.progress(40);
        assertThat(progress.appliedThrough()).isEqualTo(10);
        assertThat(progress.rangesDone()).as("%s", progress).isNotNegative();
        assertThat(progress.rangesPending()).as("%s", progress).isPositive();
    }
}
