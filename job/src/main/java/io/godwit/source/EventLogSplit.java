package io.godwit.source;

import io.godwit.model.SequenceRange;
import java.util.Objects;
import org.apache.flink.api.connector.source.SourceSplit;

/**
 * A range of one log in Flink's hands. Immutable; progress is kept in {@link EventLogSplitState}.
 *
 * @param tag the log
 * @param range what it covers; for the tail {@code until} is {@link #OPEN_END}
 * @param next the next sequence to read; {@code range.until()} once it is finished
 */
record EventLogSplit(int tag, SequenceRange range, long next) implements SourceSplit {

    static final long OPEN_END = Long.MAX_VALUE;

    EventLogSplit {
        Objects.requireNonNull(range, "range");
        if (next < range.from() || next > range.until()) {
            throw new IllegalArgumentException("Next sequence " + next + " is outside " + range);
        }
    }

    static EventLogSplit of(int tag, SequenceRange range) {
        return new EventLogSplit(tag, range, range.from());
    }

    static EventLogSplit tail(int tag, long from) {
        return of(tag, new SequenceRange(from, OPEN_END));
    }

    boolean isTail() {
        return range.until() == OPEN_END;
    }

    boolean isFinished() {
        return next == range.until();
    }

    @Override
    public String splitId() {
        return tag + ":" + range.from() + (isTail() ? "-" : "-" + range.until());
    }
}
