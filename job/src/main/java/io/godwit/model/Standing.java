package io.godwit.model;

/** What the reorg operator knows of an event at its (block tag, height) when it lets it pass. */
public enum Standing {
    /** Nothing was seen at this height before: its block is new and it decides the height. */
    FIRST,
    /** The newest event seen at this height so far: it decides the height. */
    NEWEST,
    /** A newer event was seen at this height before: this one decides nothing. */
    SUPERSEDED,
    /** An orphan marked skipped: stored, but it never decides. */
    UNDECIDING
}
