package io.godwit.source;

import io.godwit.model.SequenceRange;
import java.util.List;

/** What a {@link RangeAssigner} needs to go on: its bounds, its cursor and its open ranges. */
record AssignerState(int tag, long start, long bulkUntil, long cursor, List<SequenceRange> open) {

    AssignerState {
        open = List.copyOf(open);
    }
}
