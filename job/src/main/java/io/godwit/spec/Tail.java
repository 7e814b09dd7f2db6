package io.godwit.spec;

/** {@code tail}: how new events of the source are seen. */
public enum Tail {
    /** Reads behind a fence on the position's sequence; works on every server. */
    POLL,
    /** Reads the server's write-ahead log; needs {@code wal_level = logical}. */
    LOGICAL
}
