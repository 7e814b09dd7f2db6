package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.model.SequenceRange;
import io.godwit.model.TagProgress;
import io.godwit.source.ReaderReport.Position;
import io.godwit.testkit.InMemoryEventLog;
import io.godwit.testkit.InMemoryEventLog.Numbered;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;

final class EventLogEnumeratorTest {

    private final ManualContext context = new ManualContext(2);
    private final InMemoryEventLog log = new InMemoryEventLog().head(0, 25).head(1, 12);
    private final RecordingJournal journal = new RecordingJournal();
    private EventLogEnumerator<Numbered> enumerator;

    private void start(SourceOptions options) {
        enumerator = new EventLogEnumerator<>(context, options, log, journal);
        begin();
    }

    private void restore(SourceOptions options, EnumeratorState state) {
        enumerator = new EventLogEnumerator<>(context, options, log, journal, state);
        begin();
    }

    private void begin() {
        enumerator.start();
        for (int subtask = 0; subtask < context.currentParallelism(); subtask++) {
            context.register(subtask);
            enumerator.addReader(subtask);
        }
        context.runAsync();
    }

    private void ask(int... subtasks) {
        for (int subtask : subtasks) {
            enumerator.handleSplitRequest(subtask, "localhost");
        }
    }

    private void report(long checkpoint, EventLogSplit... splits) {
        enumerator.handleSourceEvent(
                0, new ReaderReport(checkpoint, Arrays.stream(splits).map(Position::of).toList()));
    }

    private void complete(long checkpoint) {
        enumerator.notifyCheckpointComplete(checkpoint);
        context.runAsync();
    }

    private static EventLogSplit bulk(int tag, long from, long until) {
        return EventLogSplit.of(tag, new SequenceRange(from, until));
    }

    private static EventLogSplit done(EventLogSplit split) {
        return new EventLogSplit(split.tag(), split.range(), split.range().until());
    }

    private static SourceOptions continuous() {
        return Options.continuous(Map.of(0, 1L));
    }

    private List<TagProgress> lastProgress() {
        return journal.progress.get(journal.progress.size() - 1);
    }

    @Test
    void nothingIsAssignedBeforeTheHeadsAreKnown() {
        enumerator = new EventLogEnumerator<>(context, continuous(), log, journal);
        enumerator.start();
        context.register(0);
        ask(0);
        assertThat(context.assigned).isEmpty();
        context.runAsync();
        assertThat(context.assignedTo(0)).containsExactly(bulk(0, 1, 11));
        assertThat(journal.entries).containsExactly("started");
    }

    @Test
    void readersAreGivenRangesInAscendingOrderAsTheyAsk() {
        start(Options.continuous(Map.of(0, 1L, 1, 5L)));
        ask(1, 0, 1);
        assertThat(context.assignedTo(1)).containsExactly(bulk(0, 1, 11), bulk(0, 21, 26));
        assertThat(context.assignedTo(0)).containsExactly(bulk(0, 11, 21));
        ask(0, 1);
        assertThat(context.assignedTo(0)).endsWith(bulk(1, 5, 13));
        assertThat(context.assignedTo(1)).as("waits: there is nothing more to give").hasSize(2);
        assertThat(context.noMoreSplits).isEmpty();
    }

    @Test
    void readerThatIsGoneIsGivenNothing() {
        start(continuous());
        context.unregister(1);
        ask(1, 0);
        assertThat(context.allAssigned()).containsExactly(bulk(0, 1, 11));
        assertThat(context.assignedTo(1)).isEmpty();
    }

    @Test
    void tailsComeAfterAllBulkIsAppliedAndAreSpreadOverTheReaders() {
        start(Options.continuous(Map.of(0, 11L, 1, 1L)));
        ask(0, 1, 0, 1);
        List<EventLogSplit> bulk = context.allAssigned();
        assertThat(bulk).hasSize(4).noneMatch(EventLogSplit::isTail);
        report(
                1,
                bulk.stream()
                        .limit(3)
                        .map(EventLogEnumeratorTest::done)
                        .toArray(EventLogSplit[]::new));
        complete(1);
        context.tick();
        assertThat(context.allAssigned()).as("one range is open").hasSize(4);
        report(2, done(bulk.get(3)));
        context.tick();
        assertThat(context.allAssigned()).as("its checkpoint is not complete").hasSize(4);
        complete(2);
        assertThat(context.allAssigned()).as("it may have been a stop").hasSize(4);
        context.tick();
        assertThat(context.assignedTo(0)).endsWith(EventLogSplit.tail(0, 26));
        assertThat(context.assignedTo(1)).endsWith(EventLogSplit.tail(1, 13));
        assertThat(journal.entries).containsExactly("started", "bulk copy done");
        complete(3);
        context.tick();
        assertThat(context.allAssigned()).as("once").hasSize(6);
        assertThat(journal.entries).as("once").hasSize(2);
    }

    @Test
    void tailsWaitForAllReadersToBeThere() {
        log.head(0, 0);
        enumerator = new EventLogEnumerator<>(context, continuous(), log, journal);
        enumerator.start();
        context.register(0);
        context.runAsync();
        ask(0);
        assertThat(context.assigned).isEmpty();
        context.register(1);
        enumerator.addReader(1);
        assertThat(context.assignedTo(0)).containsExactly(EventLogSplit.tail(0, 1));
    }

    @Test
    void boundedRunEndsAtItsEndAndSaysSo() {
        start(Options.bounded(Map.of(0, 1L), Map.of(0, 15L)));
        ask(0, 1);
        assertThat(context.allAssigned()).containsExactly(bulk(0, 1, 11), bulk(0, 11, 16));
        assertThat(context.noMoreSplits).isEmpty();
        ask(0, 1);
        ask(0, 1);
        assertThat(context.noMoreSplits).as("once: they may be gone").containsExactly(0, 1);
        report(1, done(bulk(0, 1, 11)), done(bulk(0, 11, 16)));
        complete(1);
        assertThat(context.allAssigned()).noneMatch(EventLogSplit::isTail);
        assertThat(journal.entries).containsExactly("started");
    }

    @Test
    void boundedRunEndsAtTheHeadOfItsStart() {
        start(Options.bounded(Map.of(0, 1L), Map.of()));
        log.head(0, 1000);
        context.tick();
        ask(0, 0, 0, 0);
        assertThat(context.assignedTo(0))
                .containsExactly(bulk(0, 1, 11), bulk(0, 11, 21), bulk(0, 21, 26));
        assertThat(context.noMoreSplits).containsExactly(0);
    }

    @Test
    void progressIsRecordedOnlyForCompletedCheckpoints() {
        start(continuous());
        ask(0);
        report(1, done(bulk(0, 1, 11)));
        context.runAsync();
        assertThat(journal.progress).isEmpty();
        complete(1);
        assertThat(lastProgress()).containsExactly(new TagProgress(0, 25, 10, 2, 1));
        assertThat(context.sent).as("readers need not know").isEmpty();
    }

    @Test
    void reportOfALaterCheckpointDoesNotCountWhenAnEarlierOneCompletes() {
        start(continuous());
        ask(0, 1);
        report(1, done(bulk(0, 1, 11)));
        report(2, done(bulk(0, 11, 21)));
        complete(1);
        assertThat(lastProgress().get(0).appliedThrough()).isEqualTo(10);
        complete(2);
        assertThat(lastProgress().get(0).appliedThrough()).isEqualTo(20);
    }

    @Test
    void reportThatComesAfterItsCheckpointCountsToo() {
        start(continuous());
        ask(0, 1);
        complete(1);
        assertThat(lastProgress().get(0).appliedThrough()).isZero();
        report(1, done(bulk(0, 1, 11)));
        context.runAsync();
        assertThat(lastProgress().get(0).appliedThrough()).isEqualTo(10);
        report(2, done(bulk(0, 11, 21)));
        context.runAsync();
        assertThat(lastProgress().get(0).appliedThrough()).as("2 is not complete").isEqualTo(10);
    }

    @Test
    void progressFollowsTheTailAndTheMovingHead() {
        log.head(0, 0);
        start(continuous());
        EventLogSplit tail = context.assignedTo(0).get(0);
        log.head(0, 70);
        context.tick();
        report(1, new EventLogSplit(0, tail.range(), 61));
        complete(1);
        assertThat(lastProgress().get(0).sourceHead()).isEqualTo(70);
        assertThat(lastProgress().get(0).appliedThrough()).isEqualTo(60);
        assertThat(lastProgress().get(0).lag()).isEqualTo(10);
    }

    @Test
    void restoredRunGoesOnWhereItsCheckpointWas() {
        start(continuous());
        ask(0, 1);
        EnumeratorState state = enumerator.snapshotState(1);
        ask(0);
        context.assigned.clear();
        restore(continuous(), state);
        ask(0, 1);
        assertThat(context.allAssigned()).containsExactly(bulk(0, 21, 26));
        report(9, done(bulk(0, 1, 11)), done(bulk(0, 11, 21)), done(bulk(0, 21, 26)));
        complete(9);
        context.tick();
        assertThat(context.allAssigned()).endsWith(EventLogSplit.tail(0, 26));
    }

    @Test
    void headThatMovedBackStopsTheJobForGoodAndIsRecorded() {
        start(continuous());
        log.head(0, 20);
        assertThatThrownBy(context::tick)
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .hasMessageContaining("moved back from 25 to 20");
        assertThat(journal.entries).hasSize(2).last().asString().startsWith("failed: ");
    }

    @Test
    void headThatMovedBackWhileTheJobWasDownIsNoticed() {
        start(continuous());
        EnumeratorState state = enumerator.snapshotState(1);
        log.head(0, 24);
        assertThatThrownBy(() -> restore(continuous(), state))
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .hasMessageContaining("moved back from 25 to 24");
    }

    @Test
    void sourceThatDoesNotAnswerIsWorthARestartAndIsNoFailure() {
        start(continuous());
        MigrationException outage = MigrationException.transientFailure("head", "no answer", null);
        log.outage(outage);
        assertThatThrownBy(context::tick).isSameAs(outage);
        assertThat(journal.entries).noneMatch(entry -> entry.startsWith("failed"));
    }

    /** The migration is another job's: that one must not be marked as failed. */
    @Test
    void jobThatIsRefusedTheMigrationStopsForGoodAndDoesNotFailTheMigration() {
        journal.refusal = MigrationException.fatal("bitcoin", "Another job runs the migration");
        assertThatThrownBy(() -> start(continuous()))
                .isInstanceOf(SuppressRestartsException.class)
                .hasRootCause(journal.refusal);
        assertThat(journal.entries).isEmpty();
        assertThat(context.assigned).isEmpty();
    }

    /** Flink calls this at every failover, mostly with nothing; the lost reader registers again. */
    @Test
    void readerThatWasLostGetsBackWhatNoCheckpointHolds() {
        start(continuous());
        ask(0);
        EventLogSplit lost = context.assignedTo(0).get(0);

        enumerator.addSplitsBack(List.of(lost), 0);
        assertThatIllegalStateException().isThrownBy(() -> enumerator.snapshotState(1));
        enumerator.addReader(0);

        assertThat(context.assignedTo(0)).containsExactly(lost, lost);
        assertThat(enumerator.snapshotState(2).assigners()).isNotEmpty();
    }

    @Test
    void reportOfALostReaderDoesNotCountWhenALaterCheckpointCompletes() {
        start(continuous());
        ask(0);
        EventLogSplit split = context.assignedTo(0).get(0);
        EventLogSplit finished = new EventLogSplit(0, split.range(), split.range().until());
        report(1, finished);

        enumerator.addSplitsBack(List.of(), 0);
        enumerator.addReader(0);
        report(2, split);
        complete(2);

        assertThat(enumerator.snapshotState(3).assigners().get(0).open()).contains(split.range());
    }

    @Test
    void closingClosesLogAndJournal() {
        start(continuous());
        enumerator.close();
        assertThat(log.closed()).isTrue();
        assertThat(journal.closed).isTrue();
    }
}
