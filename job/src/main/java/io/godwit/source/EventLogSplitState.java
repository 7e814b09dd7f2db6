package io.godwit.source;

/** The moving side of a split: the next sequence to read. Used by the reader's main thread. */
final class EventLogSplitState {

    private final EventLogSplit split;
    private long next;

    EventLogSplitState(EventLogSplit split) {
        this.split = split;
        this.next = split.next();
    }

    void emitted(long sequence) {
        if (sequence < next) {
            throw new IllegalStateException(
                    "Split " + split.splitId() + " emitted " + sequence + " after " + (next - 1));
        }
        next = sequence + 1;
    }

    EventLogSplit toSplit() {
        return new EventLogSplit(split.tag(), split.range(), next);
    }
}
