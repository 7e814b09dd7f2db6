package io.godwit.model;

import java.io.Serializable;

/**
 * How far one log is, as of a completed checkpoint.
 *
 * @param tag the log: an event tag
 * @param sourceHead the highest final sequence of the source when it was last read, 0 for none
 * @param appliedThrough every event at or below it is committed in the target
 * @param rangesPending bulk ranges not yet finished
 * @param rangesDone bulk ranges finished
 */
public record TagProgress(
        int tag, long sourceHead, long appliedThrough, long rangesPending, long rangesDone)
        implements Serializable {

    /** Events of the source that are not yet known to be in the target. */
    public long lag() {
        return Math.max(0, sourceHead - appliedThrough);
    }
}
