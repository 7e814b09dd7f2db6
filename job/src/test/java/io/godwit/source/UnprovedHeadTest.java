package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.LogEvent;
import io.godwit.model.SequenceRange;
import io.godwit.port.EventLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.Test;

/** A log whose head is proved, which takes a moment, and which no reset can move back. */
final class UnprovedHeadTest {

    private record Mark(int tag, long sequence, boolean live) implements LogEvent {}

    private long head = EventLog.UNKNOWN;

    private final EventLog<Mark> log =
            new EventLog<>() {
                @Override
                public boolean dense() {
                    return false;
                }

                @Override
                public long head(int tag) {
                    return head;
                }

                @Override
                public List<Mark> read(int tag, SequenceRange range, int limit, boolean live) {
                    return List.of(new Mark(tag, range.until() - 1, live));
                }

                @Override
                public void close() {}
            };

    @Test
    void nothingIsHandedOutUntilTheHeadIsKnown() {
        ManualContext context = new ManualContext(1);
        EventLogEnumerator<Mark> enumerator =
                new EventLogEnumerator<>(
                        context, Options.continuous(Map.of(0, 1L)), log, new RecordingJournal());
        enumerator.start();
        context.register(0);
        enumerator.addReader(0);
        context.runAsync();
        enumerator.handleSplitRequest(0, "host");
        assertThat(context.allAssigned()).as("0 would make an empty bulk copy of it").isEmpty();
        head = 15;
        context.tick();
        assertThat(context.allAssigned())
                .containsExactly(EventLogSplit.of(0, new SequenceRange(1, 11)));
        head = 12;
        context.tick();
        enumerator.handleSplitRequest(0, "host");
        assertThat(context.allAssigned())
                .as("another instance knew more: that is no reset")
                .contains(EventLogSplit.of(0, new SequenceRange(11, 16)));
    }

    @Test
    void aTailThatCannotProveItsOwnHeadYetIsIdle() throws IOException {
        EventLogSplitReader<Mark> reader =
                new EventLogSplitReader<>(
                        log,
                        Options.polling(Map.of(0, 1L), Duration.ofMillis(1)),
                        new CheckpointBudget(10),
                        new BulkPace(0),
                        reason -> {});
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(EventLogSplit.tail(0, 16))));
        assertThat(reader.fetch().nextSplit()).isNull();
        head = 12;
        assertThat(reader.fetch().nextSplit()).isNull();
        head = 20;
        RecordsWithSplitIds<Mark> records = reader.fetch();
        assertThat(records.nextSplit()).isEqualTo("0:16-");
        assertThat(records.nextRecordFromSplit().sequence()).isEqualTo(20);
    }
}
