package io.godwit.source;

import java.util.List;
import java.util.Map;

/**
 * The enumerator's part of a checkpoint. Small: one cursor and the open ranges per log.
 *
 * @param heads the highest head ever seen per tag, so that a source that moves back is noticed
 *     across restarts
 */
record EnumeratorState(List<AssignerState> assigners, Map<Integer, Long> heads) {

    EnumeratorState {
        assigners = List.copyOf(assigners);
        heads = Map.copyOf(heads);
    }
}
