package io.godwit.spec;

/** {@code positions}: where an event of the source lies in the order of the target. */
public enum Positions {
    /** At its own position plus one fixed offset. */
    KEEP,
    /** At the position that the target's sequence gives it. */
    APPEND
}
