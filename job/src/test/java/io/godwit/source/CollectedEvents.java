package io.godwit.source;

import io.godwit.model.LogEvent;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceOutput;

/** Where a reader under test puts its events. */
final class CollectedEvents<E extends LogEvent> implements ReaderOutput<E> {

    private final List<Long> sequences = new ArrayList<>();

    int size() {
        return sequences.size();
    }

    List<Long> sequences() {
        return List.copyOf(sequences);
    }

    @Override
    public void collect(E event) {
        sequences.add(event.sequence());
    }

    @Override
    public void collect(E event, long timestamp) {
        collect(event);
    }

    @Override
    public void emitWatermark(Watermark watermark) {}

    @Override
    public void markIdle() {}

    @Override
    public void markActive() {}

    @Override
    public SourceOutput<E> createOutputForSplit(String splitId) {
        return this;
    }

    @Override
    public void releaseOutputForSplit(String splitId) {}
}
