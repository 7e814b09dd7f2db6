package io.godwit.source;

import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;

/**
 * From a reader to the enumerator, at each of its snapshots: how far its splits are. It counts only
 * once that checkpoint has completed.
 */
record ReaderReport(long checkpointId, List<Position> positions) implements SourceEvent {

    /** A split, flattened: splits are not Java-serialisable. */
    record Position(int tag, long from, long until, long next) implements java.io.Serializable {

        static Position of(EventLogSplit split) {
            return new Position(
                    split.tag(), split.range().from(), split.range().until(), split.next());
        }

        EventLogSplit toSplit() {
            return new EventLogSplit(tag, new io.godwit.model.SequenceRange(from, until), next);
        }
    }

    ReaderReport {
        positions = List.copyOf(positions);
    }
}
