package io.godwit.model;

import java.util.EnumSet;
import java.util.Set;

/** The phases of a migration, with the seeds' names. Transitions are compare-and-set. */
public enum Phase {
    /** Recorded, not yet running. */
    PENDING,
    /** The ranges up to the head at start are being copied. */
    BULK_COPY,
    /** The tail follows the source; the source is authoritative. */
    DUAL_WRITE,
    /** A cutover is under way; it ends in COMPLETED or back in DUAL_WRITE. */
    CUTOVER,
    /** Every event is in the target exactly once, verified and published. */
    COMPLETED,
    /** Ended by an operator; the source was never touched. */
    ABORTED,
    /** Ended by an error that a restart cannot mend; the reason is in the audit. */
    FAILED;

    public boolean terminal() {
        return this == COMPLETED || this == ABORTED || this == FAILED;
    }

    /** The phases that may follow this one. */
    public Set<Phase> next() {
        return switch (this) {
            case PENDING -> EnumSet.of(BULK_COPY, DUAL_WRITE, ABORTED, FAILED);
            case BULK_COPY -> EnumSet.of(DUAL_WRITE, COMPLETED, ABORTED, FAILED);
            case DUAL_WRITE -> EnumSet.of(CUTOVER, ABORTED, FAILED);
            case CUTOVER -> EnumSet.of(DUAL_WRITE, COMPLETED, ABORTED, FAILED);
            case COMPLETED, ABORTED, FAILED -> EnumSet.noneOf(Phase.class);
        };
    }
}
