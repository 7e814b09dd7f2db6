package io.godwit.source;

import static io.godwit.source.DrivenEnumerator.bulk;
import static io.godwit.source.DrivenEnumerator.continuous;
import static io.godwit.source.DrivenEnumerator.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.testkit.InMemoryEventLog;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;

/** What readers are given, and what ends a job. */
final class EventLogEnumeratorTest {

    private final DrivenEnumerator run = new DrivenEnumerator();
    private final ManualContext context = run.context;
    private final InMemoryEventLog log = run.log;
    private final RecordingJournal journal = run.journal;

    @Test
    void nothingIsAssignedBeforeTheHeadsAreKnown() {
        run.create(continuous()).start();
        context.register(0);
        run.ask(0);
        assertThat(context.assigned).isEmpty();
        context.runAsync();
        assertThat(context.assignedTo(0)).containsExactly(bulk(0, 1, 11));
        assertThat(journal.entries).containsExactly("started");
    }

    @Test
    void readersAreGivenRangesInAscendingOrderAsTheyAsk() {
        run.start(Options.continuous(Map.of(0, 1L, 1, 5L)));
        run.ask(1, 0, 1);
        assertThat(context.assignedTo(1)).containsExactly(bulk(0, 1, 11), bulk(0, 21, 26));
        assertThat(context.assignedTo(0)).containsExactly(bulk(0, 11, 21));
        run.ask(0, 1);
        assertThat(context.assignedTo(0)).endsWith(bulk(1, 5, 13));
        assertThat(context.assignedTo(1)).as("waits: there is nothing more to give").hasSize(2);
        assertThat(context.noMoreSplits).isEmpty();
    }

    @Test
    void readerThatIsGoneIsGivenNothing() {
        run.start(continuous());
        context.unregister(1);
        run.ask(1, 0);
        assertThat(context.allAssigned()).containsExactly(bulk(0, 1, 11));
        assertThat(context.assignedTo(1)).isEmpty();
    }

    @Test
    void tailsComeAfterAllBulkIsAppliedAndAreSpreadOverTheReaders() {
        run.start(Options.continuous(Map.of(0, 11L, 1, 1L)));
        run.ask(0, 1, 0, 1);
        List<EventLogSplit> bulk = context.allAssigned();
        assertThat(bulk).hasSize(4).noneMatch(EventLogSplit::isTail);
        run.report(
                1,
                bulk.stream().limit(3).map(DrivenEnumerator::done).toArray(EventLogSplit[]::new));
        run.complete(1);
        context.tick();
        assertThat(context.allAssigned()).as("one range is open").hasSize(4);
        run.report(2, done(bulk.get(3)));
        context.tick();
        assertThat(context.allAssigned()).as("its checkpoint is not complete").hasSize(4);
        run.complete(2);
        assertThat(context.allAssigned()).as("it may have been a stop").hasSize(4);
        context.tick();
        assertThat(context.assignedTo(0)).endsWith(EventLogSplit.tail(0, 26));
        assertThat(context.assignedTo(1)).endsWith(EventLogSplit.tail(1, 13));
        assertThat(journal.entries).containsExactly("started", "bulk copy done");
        run.complete(3);
        context.tick();
        assertThat(context.allAssigned()).as("once").hasSize(6);
        assertThat(journal.entries).as("once").hasSize(2);
    }

    @Test
    void tailsWaitForAllReadersToBeThere() {
        log.head(0, 0);
        run.create(continuous()).start();
        context.register(0);
        context.runAsync();
        run.ask(0);
        assertThat(context.assigned).isEmpty();
        context.register(1);
        run.get().addReader(1);
        assertThat(context.assignedTo(0)).containsExactly(EventLogSplit.tail(0, 1));
        assertThat(context.backlog).as("one timer for bulk and tail").isNull();
    }

    @Test
    void theEndOfABacklogIsNotToldWhileAReaderIsGone() {
        run.start(Options.bounded(Map.of(0, 1L), Map.of(0, 15L)));
        run.ask(0, 1);
        context.unregister(1);
        run.ask(0);
        assertThat(context.noMoreSplits).containsExactly(0);
        assertThat(context.backlog).isTrue();
    }

    @Test
    void aComparisonHasNoCheckpointsToHurry() {
        run.start(Options.withoutCheckpoints(Map.of(0, 1L), Map.of(0, 15L)));
        run.ask(0, 1);
        run.ask(0, 1);
        assertThat(context.noMoreSplits).containsExactly(0, 1);
        assertThat(context.backlog).isNull();
    }

    @Test
    void boundedRunEndsAtItsEndAndSaysSo() {
        run.start(Options.bounded(Map.of(0, 1L), Map.of(0, 15L)));
        run.ask(0, 1);
        assertThat(context.allAssigned()).containsExactly(bulk(0, 1, 11), bulk(0, 11, 16));
        assertThat(context.noMoreSplits).isEmpty();
        assertThat(context.backlog).isTrue();
        run.ask(0, 1);
        run.ask(0, 1);
        assertThat(context.backlog).as("only the last checkpoints are waited for").isFalse();
        assertThat(context.noMoreSplits).as("once: they may be gone").containsExactly(0, 1);
        run.report(1, done(bulk(0, 1, 11)), done(bulk(0, 11, 16)));
        run.complete(1);
        assertThat(context.allAssigned()).noneMatch(EventLogSplit::isTail);
        assertThat(journal.entries).containsExactly("started");
    }

    @Test
    void boundedRunEndsAtTheHeadOfItsStart() {
        run.start(Options.bounded(Map.of(0, 1L), Map.of()));
        log.head(0, 1000);
        context.tick();
        run.ask(0, 0, 0, 0);
        assertThat(context.assignedTo(0))
                .containsExactly(bulk(0, 1, 11), bulk(0, 11, 21), bulk(0, 21, 26));
        assertThat(context.noMoreSplits).containsExactly(0);
    }

    @Test
    void headThatMovedBackStopsTheJobForGoodAndIsRecorded() {
        run.start(continuous());
        log.head(0, 20);
        assertThatThrownBy(context::tick)
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .hasMessageContaining("moved back from 25 to 20");
        assertThat(journal.entries).hasSize(2).last().asString().startsWith("failed: ");
    }

    @Test
    void sourceThatDoesNotAnswerIsWorthARestartAndIsNoFailure() {
        run.start(continuous());
        MigrationException outage = MigrationException.transientFailure("head", "no answer", null);
        log.outage(outage);
        assertThatThrownBy(context::tick).isSameAs(outage);
        assertThat(journal.entries).noneMatch(entry -> entry.startsWith("failed"));
    }

    /** The migration is another job's: that one must not be marked as failed. */
    @Test
    void jobThatIsRefusedTheMigrationStopsForGoodAndDoesNotFailTheMigration() {
        journal.refusal = MigrationException.fatal("bitcoin", "Another job runs the migration");
        assertThatThrownBy(() -> run.start(continuous()))
                .isInstanceOf(SuppressRestartsException.class)
                .hasRootCause(journal.refusal);
        assertThat(journal.entries).isEmpty();
        assertThat(context.assigned).isEmpty();
    }

    @Test
    void closingClosesLogAndJournal() {
        run.start(continuous());
        run.get().close();
        assertThat(log.closed()).isTrue();
        assertThat(journal.closed).isTrue();
    }
}
