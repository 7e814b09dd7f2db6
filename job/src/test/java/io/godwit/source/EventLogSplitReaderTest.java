package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.godwit.model.MigrationException;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import io.godwit.testkit.InMemoryEventLog;
import io.godwit.testkit.InMemoryEventLog.Numbered;
import io.godwit.testkit.InMemoryEventLog.Read;
import io.godwit.testkit.Waiting;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EventLogSplitReaderTest {

    private static final Duration NEVER = Duration.ofHours(1);

    private final InMemoryEventLog log = new InMemoryEventLog();
    private final CheckpointBudget budget = new CheckpointBudget(1000);
    private final List<MigrationException> failures = new ArrayList<>();

    /** What one fetch gave. */
    private record Fetched(List<Long> sequences, Set<String> finished) {}

    private EventLogSplitReader<Numbered> reader(Duration poll, EventLogSplit... splits) {
        EventLogSplitReader<Numbered> reader =
                new EventLogSplitReader<>(
                        log,
                        Options.polling(Map.of(0, 1L), poll),
                        budget,
                        new BulkPace(0),
                        failures::add);
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(splits)));
        return reader;
    }

    private static EventLogSplit bulk(long from, long until) {
        return EventLogSplit.of(0, new SequenceRange(from, until));
    }

    private static Fetched fetch(EventLogSplitReader<Numbered> reader) throws IOException {
        RecordsWithSplitIds<Numbered> records = reader.fetch();
        List<Long> sequences = new ArrayList<>();
        while (records.nextSplit() != null) {
            Numbered event;
            while ((event = records.nextRecordFromSplit()) != null) {
                sequences.add(event.sequence());
            }
        }
        return new Fetched(sequences, records.finishedSplits());
    }

    private static Fetched page(Long... sequences) {
        return new Fetched(List.of(sequences), Set.of());
    }

    @Test
    void bulkSplitIsReadPageByPageAndFinishedWithItsLastPage() throws IOException {
        log.head(0, 100);
        EventLogSplitReader<Numbered> reader = reader(NEVER, bulk(1, 7), bulk(7, 9));
        assertThat(fetch(reader)).isEqualTo(page(1L, 2L, 3L, 4L));
        assertThat(fetch(reader)).isEqualTo(new Fetched(List.of(5L, 6L), Set.of("0:1-7")));
        assertThat(fetch(reader)).isEqualTo(new Fetched(List.of(7L, 8L), Set.of("0:7-9")));
        assertThat(fetch(reader)).as("nothing is assigned").isEqualTo(page());
        assertThat(log.reads()).noneMatch(Read::live);
    }

    @Test
    void splitIsReadFromWhereItsStateSays() throws IOException {
        log.head(0, 100);
        EventLogSplitReader<Numbered> reader =
                reader(NEVER, new EventLogSplit(0, new SequenceRange(1, 7), 6));
        assertThat(fetch(reader)).isEqualTo(new Fetched(List.of(6L), Set.of("0:1-7")));
    }

    @Test
    void splitThatWasFinishedBeforeARestartIsOnlyReported() throws IOException {
        EventLogSplitReader<Numbered> reader =
                reader(NEVER, new EventLogSplit(0, new SequenceRange(1, 7), 7));
        assertThat(fetch(reader)).isEqualTo(new Fetched(List.of(), Set.of("0:1-7")));
        assertThat(log.reads()).isEmpty();
    }

    @Test
    void tailReadsUpToTheHeadAndMarksItsEventsLive() throws IOException {
        log.head(0, 12);
        EventLogSplitReader<Numbered> reader = reader(NEVER, EventLogSplit.tail(0, 11));
        assertThat(fetch(reader)).isEqualTo(page(11L, 12L));
        log.head(0, 13);
        assertThat(fetch(reader)).isEqualTo(page(13L));
        assertThat(log.reads())
                .containsExactly(
                        new Read(0, new SequenceRange(11, 13), true),
                        new Read(0, new SequenceRange(13, 14), true));
    }

    @Test
    void tailAtTheHeadWaitsForThePollInterval() throws Exception {
        log.head(0, 10);
        Duration poll = Duration.ofMillis(50);
        EventLogSplitReader<Numbered> reader = reader(poll, EventLogSplit.tail(0, 11));
        long start = System.nanoTime();
        assertThat(fetch(reader)).isEqualTo(page());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(poll);
    }

    @Test
    void wakeUpEndsTheWaitAtTheHeadAndNothingIsLost() throws Exception {
        log.head(0, 10);
        EventLogSplitReader<Numbered> reader = reader(NEVER, EventLogSplit.tail(0, 11));
        try (Waiting<Fetched> fetch = Waiting.on(() -> fetch(reader)).awaitParked()) {
            log.head(0, 12);
            reader.wakeUp();
            assertThat(fetch.result()).isEqualTo(page());
        }
        List<Long> read = new ArrayList<>();
        while (read.size() < 2) {
            read.addAll(fetch(reader).sequences());
        }
        assertThat(read).containsExactly(11L, 12L);
    }

    @Test
    void wakeUpEndsTheWaitForTheBudgetAndNothingIsLost() throws Exception {
        log.head(0, 100);
        CheckpointBudget small = new CheckpointBudget(3);
        EventLogSplitReader<Numbered> reader =
                new EventLogSplitReader<>(
                        log,
                        Options.continuous(Map.of(0, 1L)),
                        small,
                        new BulkPace(0),
                        failures::add);
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(bulk(1, 7))));
        assertThat(fetch(reader)).isEqualTo(page(1L, 2L, 3L));
        try (Waiting<Fetched> fetch = Waiting.on(() -> fetch(reader)).awaitParked()) {
            reader.wakeUp();
            assertThat(fetch.result()).isEqualTo(page());
        }
        for (int i = 0; i < 3; i++) {
            small.emittedOne();
        }
        small.snapshot(1);
        small.completed(1);
        assertThat(fetch(reader)).isEqualTo(new Fetched(List.of(4L, 5L, 6L), Set.of("0:1-7")));
    }

    @Test
    void tailsTakeTurns() throws IOException {
        log.head(0, 8).head(1, 3).head(2, 0);
        EventLogSplitReader<Numbered> reader =
                reader(
                        NEVER,
                        EventLogSplit.tail(0, 1),
                        EventLogSplit.tail(1, 1),
                        EventLogSplit.tail(2, 1));
        fetch(reader);
        fetch(reader);
        assertThat(fetch(reader)).as("the third is at its head").isEqualTo(page());
        fetch(reader);
        assertThat(log.reads())
                .extracting(Read::tag, read -> read.range().from())
                .containsExactly(tuple(0, 1L), tuple(1, 1L), tuple(0, 5L));
    }

    @Test
    void readerWaitsOnlyWhenEveryTailIsAtItsHead() throws Exception {
        log.head(0, 0).head(1, 0);
        EventLogSplitReader<Numbered> reader =
                reader(NEVER, EventLogSplit.tail(0, 1), EventLogSplit.tail(1, 1));
        assertThat(fetch(reader)).as("the other may have something").isEqualTo(page());
        try (Waiting<Fetched> fetch = Waiting.on(() -> fetch(reader)).awaitParked()) {
            reader.wakeUp();
            assertThat(fetch.result()).isEqualTo(page());
        }
    }

    @Test
    void gapStopsTheJobForGoodAndNamesTheSequence() {
        log.head(0, 10).gap(0, 3);
        EventLogSplitReader<Numbered> reader = reader(NEVER, bulk(1, 7));
        assertThatThrownBy(() -> fetch(reader))
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("3 is missing");
    }

    @Test
    void headThatMovedBackStopsTheJobForGoodWithBothHeads() throws IOException {
        log.head(0, 12);
        EventLogSplitReader<Numbered> reader = reader(NEVER, EventLogSplit.tail(0, 11));
        fetch(reader);
        log.head(0, 9);
        assertThatThrownBy(() -> fetch(reader))
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .hasMessageContaining("moved back from 12 to 9")
                .hasMessageContaining("--rewind");
        assertThat(failures)
                .as("recorded, whoever notices first")
                .singleElement()
                .satisfies(reason -> assertThat(reason).hasMessageContaining("from 12 to 9"));
    }

    @Test
    void aDenseLogThatLeavesOutAnEventIsRefused() {
        log.head(0, 100);
        EventLogSplitReader<Numbered> reader =
                new EventLogSplitReader<>(
                        new HastyLog(log),
                        Options.continuous(Map.of(0, 1L)),
                        budget,
                        new BulkPace(0),
                        failures::add);
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(bulk(1, 7))));
        assertThatIllegalStateException()
                .isThrownBy(() -> fetch(reader))
                .withMessageContaining("gave 2 for [1, 7)");
    }

    /** Leaves out the first event of each page without a word. */
    private record HastyLog(InMemoryEventLog log) implements EventLog<Numbered> {
        @Override
        public long head(int tag) {
            return log.head(tag);
        }

        @Override
        public List<Numbered> read(int tag, SequenceRange range, int limit, boolean live) {
            return log.read(tag, new SequenceRange(range.from() + 1, range.until()), limit, live);
        }

        @Override
        public void close() {
            log.close();
        }
    }

    @Test
    void closingTheReaderClosesTheLog() {
        reader(NEVER).close();
        assertThat(log.closed()).isTrue();
    }
}
