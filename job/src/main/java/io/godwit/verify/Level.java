package io.godwit.verify;

/** How closely source and target are compared. */
public enum Level {
    /** Every event of the source is there. Misses different content. */
    COUNT,
    /** Also: a 128-bit digest over canonical forms is the same, page by page. */
    HASH,
    /** Also: every column of every row, by name. */
    FULL
}
