package io.godwit.source;

import io.godwit.model.SequenceRange;
import io.godwit.model.TagProgress;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Hands out one log: first its bulk ranges in ascending order, lazily, then its tail; and knows how
 * far it is applied. Pure: no Flink, no clock, no I/O.
 *
 * <p>A range is <em>open</em> from its assignment until a completed checkpoint holds all of it. So
 * the state is the cursor and the open ranges, however many ranges there are, and applied-through
 * is the lowest sequence that any open range still owes, minus one.
 */
final class RangeAssigner {

    private final int tag;
    private final long batchSize;
    private final long start;
    private long bulkUntil;
    private final boolean continuous;
    private long cursor;
    private boolean tailAssigned;

    /** Open ranges by their first sequence. */
    private final TreeMap<Long, Open> open = new TreeMap<>();

    private record Open(long until, long applied) {}

    private RangeAssigner(
            int tag, long batchSize, long start, long bulkUntil, boolean continuous, long cursor) {
        this.tag = tag;
        this.batchSize = batchSize;
        this.start = start;
        this.bulkUntil = bulkUntil;
        this.continuous = continuous;
        this.cursor = cursor;
    }

    /** A log of which nothing has been read yet: bulk is {@code [start, bulkUntil)}. */
    static RangeAssigner fresh(
            int tag, long batchSize, long start, long bulkUntil, boolean continuous) {
        return new RangeAssigner(
                tag, batchSize, start, Math.max(start, bulkUntil), continuous, start);
    }

    static RangeAssigner restore(AssignerState state, long batchSize, boolean continuous) {
        RangeAssigner assigner =
                new RangeAssigner(
                        state.tag(),
                        batchSize,
                        state.start(),
                        state.bulkUntil(),
                        continuous,
                        state.cursor());
        for (SequenceRange range : state.open()) {
            assigner.open.put(range.from(), new Open(range.until(), range.from()));
            assigner.tailAssigned |= range.until() == EventLogSplit.OPEN_END;
        }
        return assigner;
    }

    /** A bounded run that begins again goes on to the head of now. */
    void extendBulk(long until) {
        if (!continuous) {
            bulkUntil = Math.max(bulkUntil, until);
        }
    }

    /** The next bulk range, or none when all are handed out. */
    Optional<EventLogSplit> nextRange() {
        if (cursor == bulkUntil) {
            return Optional.empty();
        }
        long until = Math.min(bulkUntil, cursor + batchSize);
        SequenceRange range = new SequenceRange(cursor, until);
        cursor = until;
        return Optional.of(assign(EventLogSplit.of(tag, range)));
    }

    /** The tail, once; none before every bulk range is applied, or in a bounded run. */
    Optional<EventLogSplit> tail() {
        if (!continuous || tailAssigned || !bulkDone()) {
            return Optional.empty();
        }
        tailAssigned = true;
        return Optional.of(assign(EventLogSplit.tail(tag, bulkUntil)));
    }

    private EventLogSplit assign(EventLogSplit split) {
        open.put(split.range().from(), new Open(split.range().until(), split.range().from()));
        return split;
    }

    /**
     * A completed checkpoint holds this split up to its {@code next}. Late reports change nothing.
     */
    void applied(EventLogSplit split) {
        Open known = open.get(split.range().from());
        if (known == null || known.applied > split.next()) {
            return;
        }
        if (split.isFinished()) {
            open.remove(split.range().from());
        } else {
            open.put(split.range().from(), new Open(known.until, split.next()));
        }
    }

    /** Every sequence at or below it is inside a completed checkpoint. */
    long appliedThrough() {
        long lowest = tailAssigned ? Long.MAX_VALUE : cursor;
        for (Open range : open.values()) {
            lowest = Math.min(lowest, range.applied);
        }
        return lowest - 1;
    }

    /** All bulk ranges are inside completed checkpoints. */
    boolean bulkDone() {
        return cursor == bulkUntil && (open.isEmpty() || tailAssigned);
    }

    /** Nothing will ever be handed out again. */
    boolean exhausted() {
        return !continuous && cursor == bulkUntil;
    }

    /**
     * @param sourceHead as it was last read; a reader may have seen a later one
     */
    TagProgress progress(long sourceHead) {
        long all = ranges(bulkUntil - start);
        long openBulk = tailAssigned ? 0 : open.size();
        long pending = ranges(bulkUntil - cursor) + openBulk;
        return new TagProgress(
                tag,
                Math.max(sourceHead, appliedThrough()),
                appliedThrough(),
                pending,
                Math.max(0, all - pending));
    }

    private long ranges(long events) {
        return (events + batchSize - 1) / batchSize;
    }

    AssignerState state() {
        return new AssignerState(
                tag,
                start,
                bulkUntil,
                cursor,
                open.entrySet().stream()
                        .map(e -> new SequenceRange(e.getKey(), e.getValue().until))
                        .toList());
    }

    int tag() {
        return tag;
    }
}
