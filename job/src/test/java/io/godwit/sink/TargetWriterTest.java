package io.godwit.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.testkit.InMemoryEventLog.Numbered;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;

final class TargetWriterTest {

    private static final int BATCH = 5;
    private static final int BULK_LINGER = 1000;
    private static final int LIVE_LINGER = 5;

    private final RecordingTarget<Numbered> target = new RecordingTarget<>();
    private final ManualClock clock = new ManualClock();
    private final RecordingMetrics metrics = new RecordingMetrics();
    private final TargetWriter<Numbered> writer =
            new TargetWriter<>(
                    target,
                    new SinkOptions(
                            BATCH, Duration.ofMillis(BULK_LINGER), Duration.ofMillis(LIVE_LINGER)),
                    clock,
                    metrics);

    private void write(long... sequences) {
        LongStream.of(sequences).forEach(s -> writer.write(new Numbered(0, s, false), null));
    }

    private void writeLive(long sequence) {
        writer.write(new Numbered(0, sequence, true), null);
    }

    private List<List<Long>> applied() {
        return target.batches.stream()
                .map(batch -> batch.stream().map(Numbered::sequence).toList())
                .toList();
    }

    @Test
    void fullBatchIsAppliedAtOnceInOrder() {
        write(1, 2, 3, 4);
        assertThat(applied()).isEmpty();
        write(5, 6);
        assertThat(applied()).containsExactly(List.of(1L, 2L, 3L, 4L, 5L));
    }

    @Test
    void bulkEventsWaitForTheBulkLingerAndNoLonger() throws Exception {
        write(1);
        clock.advance(BULK_LINGER - 1);
        write(2);
        assertThat(applied()).isEmpty();
        clock.advance(1);
        assertThat(applied()).containsExactly(List.of(1L, 2L));
    }

    @Test
    void liveEventTakesTheBatchWithItAfterTheShortLinger() throws Exception {
        write(1);
        clock.advance(100);
        writeLive(2);
        clock.advance(LIVE_LINGER - 1);
        assertThat(applied()).isEmpty();
        clock.advance(1);
        assertThat(applied()).containsExactly(List.of(1L, 2L));
    }

    @Test
    void bulkEventDoesNotHoldBackALiveOne() throws Exception {
        writeLive(1);
        write(2);
        clock.advance(LIVE_LINGER);
        assertThat(applied()).containsExactly(List.of(1L, 2L));
    }

    @Test
    void timerOfABatchThatIsGoneDoesNotCutTheNextOneShort() throws Exception {
        write(1);
        clock.advance(BULK_LINGER / 2);
        write(2, 3, 4, 5);
        write(6);
        clock.advance(BULK_LINGER - 1);
        assertThat(applied()).containsExactly(List.of(1L, 2L, 3L, 4L, 5L));
        clock.advance(1);
        assertThat(applied()).endsWith(List.of(6L));
    }

    @Test
    void fewTimersServeManyEvents() {
        write(1, 2, 3, 4);
        writeLive(5);
        assertThat(clock.timers()).isEqualTo(1);
    }

    @Test
    void checkpointAppliesWhatIsThere() throws IOException {
        write(1, 2);
        writer.flush(false);
        assertThat(applied()).containsExactly(List.of(1L, 2L));
        writer.flush(true);
        assertThat(applied()).as("there is nothing more").hasSize(1);
    }

    @Test
    void batchThatWasGivenToTheTargetDoesNotChangeAfterwards() throws IOException {
        write(1, 2);
        writer.flush(false);
        write(3);
        assertThat(applied()).containsExactly(List.of(1L, 2L));
    }

    @Test
    void countsOfAllBatchesAddUp() throws IOException {
        write(1, 2, 3, 4, 5);
        target.answer = batch -> new ApplyResult(1, 2, 1);
        write(6, 7, 8, 9);
        writer.flush(false);
        AppliedCounts counts = writer.prepareCommit().iterator().next();
        assertThat(counts).isEqualTo(new AppliedCounts(counts.writer(), 6, 2, 1));
        assertThat(metrics.count("eventsWritten")).isEqualTo(6);
        assertThat(metrics.count("eventsAlreadyEqual")).isEqualTo(2);
        assertThat(metrics.count("eventsDeadLettered")).isEqualTo(1);
    }

    @Test
    void countsAreCommittedOnlyWhenTheyChanged() throws IOException {
        assertThat(writer.prepareCommit()).isEmpty();
        write(1);
        writer.flush(false);
        assertThat(writer.prepareCommit()).hasSize(1);
        assertThat(writer.prepareCommit()).isEmpty();
        write(2);
        assertThat(writer.prepareCommit()).as("not yet applied").isEmpty();
        writer.flush(false);
        assertThat(writer.prepareCommit()).extracting(AppliedCounts::written).containsExactly(2L);
    }

    @Test
    void everyLifeOfAWriterHasAnIdOfItsOwn() throws IOException {
        TargetWriter<Numbered> other =
                new TargetWriter<>(
                        target,
                        new SinkOptions(1, Duration.ZERO, Duration.ZERO),
                        clock,
                        new RecordingMetrics());
        other.write(new Numbered(0, 1, false), null);
        write(1);
        writer.flush(false);
        assertThat(writer.prepareCommit().iterator().next().writer())
                .isNotEqualTo(other.prepareCommit().iterator().next().writer());
    }

    @Test
    void fatalErrorStopsTheJobForGood() {
        MigrationException fatal = MigrationException.fatal("event 3", "content differs");
        target.answer =
                batch -> {
                    throw fatal;
                };
        write(1, 2, 3, 4);
        assertThatThrownBy(() -> write(5))
                .isInstanceOf(SuppressRestartsException.class)
                .hasCause(fatal);
        assertThat(writer.prepareCommit()).isEmpty();
    }

    @Test
    void transientErrorIsLeftToFlinksRestart() {
        MigrationException outage = MigrationException.transientFailure("db", "no answer", null);
        target.answer =
                batch -> {
                    throw outage;
                };
        write(1);
        assertThatThrownBy(() -> clock.advance(BULK_LINGER)).isSameAs(outage);
        assertThat(metrics.count("eventsWritten")).isZero();
    }

    @Test
    void resultThatLeavesAnEventUnaccountedForIsRefused() {
        target.answer = batch -> new ApplyResult(batch.size() - 1, 0, 0);
        write(1, 2);
        assertThatIllegalStateException()
                .isThrownBy(() -> writer.flush(false))
                .withMessageContaining("2 in");
        assertThat(writer.prepareCommit()).isEmpty();
    }

    @Test
    void closingTheWriterClosesTheTarget() {
        writer.close();
        assertThat(target.closed).isTrue();
    }
}
