package io.godwit.source;

import io.godwit.model.LogEvent;
import io.godwit.port.EventLogFactory;
import io.godwit.port.FailureLog;
import io.godwit.port.RunJournalFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * The FLIP-27 source, written once over {@link io.godwit.port.EventLog}: bulk ranges in ascending
 * order, assigned lazily, then the tail in the same job. Bounded when the options say so.
 */
public final class EventLogSource<E extends LogEvent>
        implements Source<E, EventLogSplit, EnumeratorState>, ResultTypeQueryable<E> {

    private final EventLogFactory<E> logs;
    private final RunJournalFactory journals;
    private final FailureLog failures;
    private final SourceOptions options;
    private final TypeInformation<E> type;

    public EventLogSource(
            EventLogFactory<E> logs,
            RunJournalFactory journals,
            FailureLog failures,
            SourceOptions options,
            TypeInformation<E> type) {
        this.logs = logs;
        this.journals = journals;
        this.failures = failures;
        this.options = options;
        this.type = type;
    }

    @Override
    public Boundedness getBoundedness() {
        return options.continuous() ? Boundedness.CONTINUOUS_UNBOUNDED : Boundedness.BOUNDED;
    }

    @Override
    public SourceReader<E, EventLogSplit> createReader(SourceReaderContext context) {
        int readers = Math.max(1, context.currentParallelism());
        CheckpointBudget budget =
                new CheckpointBudget(Math.max(1, options.checkpointSize() / readers));
        double share = (double) options.maxBulkCopyRate() / readers;
        return new EventLogReader<>(
                () ->
                        new EventLogSplitReader<>(
                                logs.open(), options, budget, new BulkPace(share), failures),
                budget,
                context);
    }

    @Override
    public SplitEnumerator<EventLogSplit, EnumeratorState> createEnumerator(
            SplitEnumeratorContext<EventLogSplit> context) {
        return new EventLogEnumerator<>(context, options, logs.open(), journals.open());
    }

    @Override
    public SplitEnumerator<EventLogSplit, EnumeratorState> restoreEnumerator(
            SplitEnumeratorContext<EventLogSplit> context, EnumeratorState state) {
        return new EventLogEnumerator<>(context, options, logs.open(), journals.open(), state);
    }

    @Override
    public SimpleVersionedSerializer<EventLogSplit> getSplitSerializer() {
        return EventLogSplitSerializer.INSTANCE;
    }

    @Override
    public SimpleVersionedSerializer<EnumeratorState> getEnumeratorCheckpointSerializer() {
        return EnumeratorStateSerializer.INSTANCE;
    }

    @Override
    public TypeInformation<E> getProducedType() {
        return type;
    }
}
