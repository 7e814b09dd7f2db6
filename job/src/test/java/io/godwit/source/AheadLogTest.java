package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.LogEvent;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.Test;

/** A tail whose events come before their turn: they are delivered, and the split stays. */
final class AheadLogTest {

    private record Row(int tag, long sequence, boolean isMark, boolean isAhead, boolean live)
            implements LogEvent {}

    private final Deque<Row> ahead = new ArrayDeque<>();
    private final List<Long> nexts = new ArrayList<>();
    private final CheckpointBudget budget = new CheckpointBudget(6);
    private long head;

    private final class AheadLog implements EventLog<Row> {

        @Override
        public boolean dense() {
            return false;
        }

        @Override
        public long head(int tag) {
            return head;
        }

        @Override
        public boolean readsAhead() {
            return true;
        }

        @Override
        public List<Row> ahead(int tag, long next, int limit) {
            nexts.add(next);
            List<Row> rows = new ArrayList<>();
            while (rows.size() < limit && !ahead.isEmpty()) {
                rows.add(ahead.poll());
            }
            return rows;
        }

        @Override
        public List<Row> read(int tag, SequenceRange range, int limit, boolean live) {
            return List.of(new Row(tag, range.until() - 1, true, false, live));
        }

        @Override
        public void close() {}
    }

    private EventLogSplitReader<Row> reader(EventLogSplit split) {
        EventLogSplitReader<Row> reader =
                new EventLogSplitReader<>(
                        new AheadLog(),
                        Options.continuous(Map.of(0, 1L)),
                        budget,
                        new BulkPace(0),
                        reason -> {});
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
        return reader;
    }

    private static List<Long> fetch(EventLogSplitReader<Row> reader) throws IOException {
        RecordsWithSplitIds<Row> records = reader.fetch();
        List<Long> sequences = new ArrayList<>();
        while (records.nextSplit() != null) {
            Row row;
            while ((row = records.nextRecordFromSplit()) != null) {
                sequences.add(row.isMark() ? -row.sequence() : row.sequence());
            }
        }
        return sequences;
    }

    private void arrive(int count) {
        for (int i = 0; i < count; i++) {
            ahead.add(new Row(0, 0, false, true, true));
        }
    }

    @Test
    void whatIsAheadComesBeforeTheMarkAndMovesNothing() throws IOException {
        EventLogSplitReader<Row> reader = reader(EventLogSplit.tail(0, 11));
        head = 10;
        arrive(2);
        assertThat(fetch(reader)).containsExactly(0L, 0L);
        head = 20;
        arrive(1);
        assertThat(fetch(reader)).containsExactly(0L, -20L);
        arrive(1);
        assertThat(fetch(reader)).containsExactly(0L);
        assertThat(nexts).containsExactly(11L, 11L, 21L);
    }

    @Test
    void bulkRangesHaveNothingAhead() throws IOException {
        arrive(3);
        EventLogSplitReader<Row> reader = reader(EventLogSplit.of(0, new SequenceRange(1, 11)));
        assertThat(fetch(reader)).containsExactly(-10L);
        assertThat(ahead).hasSize(3);
    }

    @Test
    void itTakesOfTheBudgetWhatItDelivers() throws IOException {
        EventLogSplitReader<Row> reader = reader(EventLogSplit.tail(0, 11));
        for (int i = 0; i < 20; i++) {
            head = 20 + i;
            assertThat(fetch(reader)).as("marks take nothing").containsExactly(-20L - i);
        }
        arrive(10);
        assertThat(fetch(reader)).hasSize(4);
        assertThat(fetch(reader)).as("the rest of the budget").hasSize(2);
        reader.wakeUp();
        assertThat(fetch(reader)).isEmpty();
    }

    @Test
    void anEventThatClaimsItsTurnIsRefused() {
        EventLogSplitReader<Row> reader = reader(EventLogSplit.tail(0, 11));
        ahead.add(new Row(0, 12, false, false, true));
        assertThatThrownBy(() -> fetch(reader))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ahead of its turn");
    }
}
