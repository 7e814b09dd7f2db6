package io.godwit.source;

import io.godwit.model.SequenceRange;

/** The moving side of a split: the next sequence to read. Used by the reader's main thread. */
final class EventLogSplitState {

    private final EventLogSplit split;
    private long next;
    private boolean askedForNext;

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

    /**
     * True once in the life of a split that ends: from its middle on, when it is time to ask for
     * the one after it.
     */
    boolean asksForNext() {
        SequenceRange range = split.range();
        if (askedForNext || split.isTail() || next < range.from() + range.size() / 2) {
            return false;
        }
        askedForNext = true;
        return true;
    }

    EventLogSplit toSplit() {
        return new EventLogSplit(split.tag(), split.range(), next);
    }
}
