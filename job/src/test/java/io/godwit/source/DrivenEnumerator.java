package io.godwit.source;

import io.godwit.model.SequenceRange;
import io.godwit.model.TagProgress;
import io.godwit.source.ReaderReport.Position;
import io.godwit.testkit.InMemoryEventLog;
import io.godwit.testkit.InMemoryEventLog.Numbered;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An enumerator with two readers, of logs that end at 25 and 12, driven by the test's thread. */
final class DrivenEnumerator {

    final ManualContext context = new ManualContext(2);
    final InMemoryEventLog log = new InMemoryEventLog().head(0, 25).head(1, 12);
    final RecordingJournal journal = new RecordingJournal();
    private EventLogEnumerator<Numbered> enumerator;

    EventLogEnumerator<Numbered> create(SourceOptions options) {
        enumerator = new EventLogEnumerator<>(context, options, log, journal);
        return enumerator;
    }

    EventLogEnumerator<Numbered> get() {
        return enumerator;
    }

    void start(SourceOptions options) {
        create(options);
        begin();
    }

    void restore(SourceOptions options, EnumeratorState state) {
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

    void ask(int... subtasks) {
        for (int subtask : subtasks) {
            enumerator.handleSplitRequest(subtask, "localhost");
        }
    }

    void report(long checkpoint, EventLogSplit... splits) {
        enumerator.handleSourceEvent(
                0, new ReaderReport(checkpoint, Arrays.stream(splits).map(Position::of).toList()));
    }

    void complete(long checkpoint) {
        enumerator.notifyCheckpointComplete(checkpoint);
        context.runAsync();
    }

    List<TagProgress> lastProgress() {
        return journal.progress.get(journal.progress.size() - 1);
    }

    static EventLogSplit bulk(int tag, long from, long until) {
        return EventLogSplit.of(tag, new SequenceRange(from, until));
    }

    static EventLogSplit done(EventLogSplit split) {
        return new EventLogSplit(split.tag(), split.range(), split.range().until());
    }

    static SourceOptions continuous() {
        return Options.continuous(Map.of(0, 1L));
    }
}
