package io.godwit.reorg;

import java.util.Arrays;

/**
 * The newest sequence of each event log seen at one (block tag, height), as Flink keeps it: pairs
 * of event tag and sequence in one array. Mostly there is one pair.
 */
final class HeightState {

    private HeightState() {}

    /** The newest sequence of this log, 0 when none was seen. */
    static long newest(long[] state, int tag) {
        for (int i = 0; i < state.length; i += 2) {
            if (state[i] == tag) {
                return state[i + 1];
            }
        }
        return 0;
    }

    /** The state with this sequence as the newest of its log. */
    static long[] with(long[] state, int tag, long sequence) {
        for (int i = 0; i < state.length; i += 2) {
            if (state[i] == tag) {
                long[] changed = state.clone();
                changed[i + 1] = sequence;
                return changed;
            }
        }
        long[] longer = Arrays.copyOf(state, state.length + 2);
        longer[state.length] = tag;
        longer[state.length + 1] = sequence;
        return longer;
    }
}
