package io.godwit.source;

import static io.godwit.source.DrivenEnumerator.bulk;
import static io.godwit.source.DrivenEnumerator.continuous;
import static io.godwit.source.DrivenEnumerator.done;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.TagProgress;
import io.godwit.testkit.InMemoryEventLog;
import java.util.List;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;

/** What completed checkpoints hold, and what is left of readers and jobs that were lost. */
final class EnumeratorCheckpointsTest {

    private final DrivenEnumerator run = new DrivenEnumerator();
    private final ManualContext context = run.context;
    private final InMemoryEventLog log = run.log;
    private final RecordingJournal journal = run.journal;

    @Test
    void progressIsRecordedOnlyForCompletedCheckpoints() {
        run.start(continuous());
        run.ask(0);
        run.report(1, done(bulk(0, 1, 11)));
        context.runAsync();
        assertThat(journal.progress).isEmpty();
        run.complete(1);
        assertThat(run.lastProgress()).containsExactly(new TagProgress(0, 25, 10, 2, 1));
        assertThat(context.sent).as("readers need not know").isEmpty();
    }

    @Test
    void reportOfALaterCheckpointDoesNotCountWhenAnEarlierOneCompletes() {
        run.start(continuous());
        run.ask(0, 1);
        run.report(1, done(bulk(0, 1, 11)));
        run.report(2, done(bulk(0, 11, 21)));
        run.complete(1);
        assertThat(run.lastProgress().get(0).appliedThrough()).isEqualTo(10);
        run.complete(2);
        assertThat(run.lastProgress().get(0).appliedThrough()).isEqualTo(20);
    }

    @Test
    void reportThatComesAfterItsCheckpointCountsToo() {
        run.start(continuous());
        run.ask(0, 1);
        run.complete(1);
        assertThat(run.lastProgress().get(0).appliedThrough()).isZero();
        run.report(1, done(bulk(0, 1, 11)));
        context.runAsync();
        assertThat(run.lastProgress().get(0).appliedThrough()).isEqualTo(10);
        run.report(2, done(bulk(0, 11, 21)));
        context.runAsync();
        assertThat(run.lastProgress().get(0).appliedThrough())
                .as("2 is not complete")
                .isEqualTo(10);
    }

    @Test
    void progressFollowsTheTailAndTheMovingHead() {
        log.head(0, 0);
        run.start(continuous());
        EventLogSplit tail = context.assignedTo(0).get(0);
        log.head(0, 70);
        context.tick();
        run.report(1, new EventLogSplit(0, tail.range(), 61));
        run.complete(1);
        assertThat(run.lastProgress().get(0).sourceHead()).isEqualTo(70);
        assertThat(run.lastProgress().get(0).appliedThrough()).isEqualTo(60);
        assertThat(run.lastProgress().get(0).lag()).isEqualTo(10);
    }

    @Test
    void restoredRunGoesOnWhereItsCheckpointWas() {
        run.start(continuous());
        run.ask(0, 1);
        EnumeratorState state = run.get().snapshotState(1);
        run.ask(0);
        context.assigned.clear();
        run.restore(continuous(), state);
        run.ask(0, 1);
        assertThat(context.allAssigned()).containsExactly(bulk(0, 21, 26));
        run.report(9, done(bulk(0, 1, 11)), done(bulk(0, 11, 21)), done(bulk(0, 21, 26)));
        run.complete(9);
        context.tick();
        assertThat(context.allAssigned()).endsWith(EventLogSplit.tail(0, 26));
    }

    @Test
    void headThatMovedBackWhileTheJobWasDownIsNoticed() {
        run.start(continuous());
        EnumeratorState state = run.get().snapshotState(1);
        log.head(0, 24);
        assertThatThrownBy(() -> run.restore(continuous(), state))
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .hasMessageContaining("moved back from 25 to 24");
    }

    /** Flink calls this at every failover, mostly with nothing; the lost reader registers again. */
    @Test
    void readerThatWasLostGetsBackWhatNoCheckpointHolds() {
        run.start(continuous());
        run.ask(0);
        EventLogSplit lost = context.assignedTo(0).get(0);

        run.get().addSplitsBack(List.of(lost), 0);
        assertThatIllegalStateException().isThrownBy(() -> run.get().snapshotState(1));
        run.get().addReader(0);

        assertThat(context.assignedTo(0)).containsExactly(lost, lost);
        assertThat(run.get().snapshotState(2).assigners()).isNotEmpty();
    }

    @Test
    void reportOfALostReaderDoesNotCountWhenALaterCheckpointCompletes() {
        run.start(continuous());
        run.ask(0);
        EventLogSplit split = context.assignedTo(0).get(0);
        EventLogSplit finished = new EventLogSplit(0, split.range(), split.range().until());
        run.report(1, finished);

        run.get().addSplitsBack(List.of(), 0);
        run.get().addReader(0);
        run.report(2, split);
        run.complete(2);

        assertThat(run.get().snapshotState(3).assigners().get(0).open()).contains(split.range());
    }
}
