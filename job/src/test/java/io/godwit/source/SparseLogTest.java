package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.godwit.model.LogEvent;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.Test;

/** A log in which most numbers are no event of ours: pages are counted in events, not numbers. */
final class SparseLogTest {

    private record Row(int tag, long sequence, boolean isMark, boolean live) implements LogEvent {}

    private final TreeSet<Long> rows = new TreeSet<>();
    private final CheckpointBudget budget = new CheckpointBudget(6);

    private final class SparseLog implements EventLog<Row> {

        @Override
        public boolean dense() {
            return false;
        }

        @Override
        public long head(int tag) {
            return rows.isEmpty() ? 0 : rows.last();
        }

        @Override
        public List<Row> read(int tag, SequenceRange range, int limit, boolean live) {
            List<Row> page = new ArrayList<>();
            rows.subSet(range.from(), range.until()).stream()
                    .limit(limit)
                    .forEach(sequence -> page.add(new Row(tag, sequence, false, live)));
            if (page.size() < limit) {
                page.add(new Row(tag, range.until() - 1, true, live));
            }
            return page;
        }

        @Override
        public void close() {}
    }

    private EventLogSplitReader<Row> reader(EventLogSplit split) {
        EventLogSplitReader<Row> reader =
                new EventLogSplitReader<>(
                        new SparseLog(),
                        Options.continuous(Map.of(0, 1L)),
                        budget,
                        new BulkPace(0),
                        reason -> {});
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
        return reader;
    }

    private static List<Long> fetch(EventLogSplitReader<Row> reader, boolean finished)
            throws IOException {
        RecordsWithSplitIds<Row> records = reader.fetch();
        List<Long> sequences = new ArrayList<>();
        while (records.nextSplit() != null) {
            Row row;
            while ((row = records.nextRecordFromSplit()) != null) {
                sequences.add(row.isMark() ? -row.sequence() : row.sequence());
            }
        }
        assertThat(!records.finishedSplits().isEmpty()).isEqualTo(finished);
        return sequences;
    }

    @Test
    void pagesAreCountedInEventsAndARangeEndsWithItsMark() throws IOException {
        rows.addAll(List.of(3L, 900L, 901L, 5000L, 70_000L));
        EventLogSplitReader<Row> reader =
                reader(EventLogSplit.of(0, new SequenceRange(1, 100_001)));
        assertThat(fetch(reader, false)).containsExactly(3L, 900L, 901L, 5000L);
        assertThat(fetch(reader, true)).containsExactly(70_000L, -100_000L);
    }

    @Test
    void aRangeWithoutEventsTakesNothingOfTheBudget() throws IOException {
        for (int i = 0; i < 20; i++) {
            EventLogSplitReader<Row> reader =
                    reader(EventLogSplit.of(0, new SequenceRange(1, 1001)));
            assertThat(fetch(reader, true)).containsExactly(-1000L);
        }
    }

    @Test
    void whatWasReadTakesTheBudgetUntilACheckpointHoldsIt() throws IOException {
        rows.addAll(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L));
        EventLogSplitReader<Row> reader = reader(EventLogSplit.of(0, new SequenceRange(1, 101)));
        assertThat(fetch(reader, false)).containsExactly(1L, 2L, 3L, 4L);
        assertThat(fetch(reader, false)).as("the rest of the budget").containsExactly(5L, 6L);
        budget.wakeUp();
        assertThat(fetch(reader, false)).isEmpty();
        for (int i = 0; i < 6; i++) {
            budget.emittedOne();
        }
        budget.snapshot(1);
        budget.completed(1);
        assertThat(fetch(reader, true)).containsExactly(7L, 8L, -100L);
    }

    @Test
    void aMarkBehindAnEventIsRefused() {
        EventLogSplitState state =
                new EventLogSplitState(EventLogSplit.of(0, new SequenceRange(1, 11)));
        state.emitted(7);
        assertThatIllegalStateException()
                .isThrownBy(() -> state.emitted(6))
                .withMessageContaining("6 after 7");
    }
}
