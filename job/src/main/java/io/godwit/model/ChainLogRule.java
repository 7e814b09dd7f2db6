package io.godwit.model;

import java.util.Optional;

/**
 * The grammar of a chainstorage event log, for two neighbouring events: a stack machine in which
 * ADDED pushes (height = tip + 1, parent hash = hash of the tip) and REMOVED pops the tip. Skipped
 * blocks, true or marked, take part in the heights and are exempt from the hash links; an empty
 * parent hash links to anything. Source: chainstorage's own check on every append (facts 1.8).
 */
public final class ChainLogRule {

    private ChainLogRule() {}

    /** Says what is wrong with {@code next} directly after {@code prev}; empty when nothing is. */
    public static Optional<String> violation(ChainEvent prev, ChainEvent next) {
        if (next.sequence() != prev.sequence() + 1) {
            return broken(prev, next, "sequences are consecutive");
        }
        boolean linked = !prev.skipped() && !next.skipped();
        return switch (prev.type()) {
            case BLOCK_ADDED ->
                    switch (next.type()) {
                        case BLOCK_ADDED -> addedAfterAdded(prev, next, linked);
                        case BLOCK_REMOVED -> removedAfterAdded(prev, next);
                    };
            case BLOCK_REMOVED ->
                    switch (next.type()) {
                        case BLOCK_ADDED -> addedAfterRemoved(prev, next, linked);
                        case BLOCK_REMOVED -> removedAfterRemoved(prev, next, linked);
                    };
        };
    }

    /** A log begins with an ADDED: there is nothing to remove before its first event. */
    public static Optional<String> violationAtStart(ChainEvent first) {
        return first.type() == BlockEventType.BLOCK_ADDED
                ? Optional.empty()
                : Optional.of(
                        "The event log begins with a REMOVED: " + first.describe() + " after 0");
    }

    private static Optional<String> addedAfterAdded(
            ChainEvent prev, ChainEvent next, boolean linked) {
        if (next.height() != prev.height() + 1) {
            return broken(prev, next, "an added block stands one above the tip");
        }
        if (linked && !next.parentHash().isEmpty() && !next.parentHash().equals(prev.hash())) {
            return broken(prev, next, "an added block's parent hash is the hash of the tip");
        }
        return Optional.empty();
    }

    private static Optional<String> removedAfterAdded(ChainEvent prev, ChainEvent next) {
        return next.height() == prev.height() && next.hash().equals(prev.hash())
                ? Optional.empty()
                : broken(prev, next, "only the tip can be removed");
    }

    private static Optional<String> addedAfterRemoved(
            ChainEvent prev, ChainEvent next, boolean linked) {
        if (next.height() != prev.height()) {
            return broken(prev, next, "an added block takes the height of the removed one");
        }
        if (linked
                && !next.parentHash().isEmpty()
                && !prev.parentHash().isEmpty()
                && !next.parentHash().equals(prev.parentHash())) {
            return broken(prev, next, "both branches share the block below");
        }
        return Optional.empty();
    }

    private static Optional<String> removedAfterRemoved(
            ChainEvent prev, ChainEvent next, boolean linked) {
        if (next.height() != prev.height() - 1) {
            return broken(prev, next, "blocks are removed from the tip downwards");
        }
        if (linked && !prev.parentHash().isEmpty() && !next.hash().equals(prev.parentHash())) {
            return broken(prev, next, "the next block removed is the parent of the one before");
        }
        return Optional.empty();
    }

    private static Optional<String> broken(ChainEvent prev, ChainEvent next, String rule) {
        return Optional.of(
                "The event log is no valid stack ("
                        + rule
                        + "): "
                        + prev.describe()
                        + " is followed by "
                        + next.describe());
    }
}
