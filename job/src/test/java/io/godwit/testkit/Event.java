package io.godwit.testkit;

import java.util.Objects;

/** An event of the chain service's log, as the service writes it. */
public record Event(
        int eventTag,
        long sequence,
        Type type,
        int blockTag,
        long height,
        String hash,
        String parentHash,
        boolean skipped,
        long blockTimestamp) {

    /** In the service's numbering: the ordinal is what is stored. */
    public enum Type {
        UNKNOWN,
        ADDED,
        REMOVED
    }

    public Event {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(hash, "hash");
        Objects.requireNonNull(parentHash, "parentHash");
    }

    static Event added(int eventTag, long sequence, Block block) {
        return new Event(
                eventTag,
                sequence,
                Type.ADDED,
                block.tag(),
                block.height(),
                block.hash(),
                block.parentHash(),
                block.skipped(),
                block.timestamp());
    }

    /** The same content under another number, as another type. */
    Event as(Type newType, long newSequence) {
        return new Event(
                eventTag,
                newSequence,
                newType,
                blockTag,
                height,
                hash,
                parentHash,
                skipped,
                blockTimestamp);
    }

    /** An event that says of one block under another (event tag, block tag, skipped). */
    Event under(int newEventTag, int newBlockTag, boolean newSkipped) {
        return new Event(
                newEventTag,
                sequence,
                type,
                newBlockTag,
                height,
                hash,
                parentHash,
                newSkipped,
                blockTimestamp);
    }

    /** No block was made at this height. */
    public boolean trulySkipped() {
        return skipped && hash.isEmpty();
    }

    /**
     * A block of an older block tag that the event tag's own block tag does not know as canonical.
     */
    public boolean orphanMarkedSkipped() {
        return skipped && !hash.isEmpty();
    }

    /** The block tag it means: 0 is read as 1, the service's default. */
    public int effectiveBlockTag() {
        return blockTag == 0 ? 1 : blockTag;
    }
}
