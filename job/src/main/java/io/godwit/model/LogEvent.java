package io.godwit.model;

/** What the machine needs to know of an event, whatever its kind: where it stands in which log. */
public interface LogEvent {

    /** The log it belongs to: the event tag of a chain, 0 where a store has one log. */
    int tag();

    /** Its place in the log, from 1; in a dense log without holes. */
    long sequence();

    /**
     * True for what is no event but the word that all events up to {@link #sequence} have come
     * before. Marks are not counted.
     */
    default boolean isMark() {
        return false;
    }

    /**
     * True for an event of a tail that is committed while a lower sequence may still come: it is
     * delivered and counted, but its log is not passed up to it. It may come again after a restart.
     */
    default boolean isAhead() {
        return false;
    }

    /** True when it was read by the tail: it is applied at once instead of in large batches. */
    boolean live();
}
