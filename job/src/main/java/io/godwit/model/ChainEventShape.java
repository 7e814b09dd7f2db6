package io.godwit.model;

/** The three shapes of a chainstorage event; {@code skipped} alone does not tell them apart. */
public enum ChainEventShape {
    /** An ordinary block with a hash of its own. */
    REGULAR,
    /** A slot without a block: skipped, and its hash is empty. It can be canonical. */
    SKIPPED,
    /**
     * A block that lost, marked skipped when a later event tag was derived: it keeps its hash and
     * its old block tag, points to the skipped row of its height and is never canonical.
     */
    ORPHAN
}
