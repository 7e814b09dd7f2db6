package io.godwit.testkit;

import io.godwit.model.BlockEventType;
import io.godwit.model.ChainEvent;

/** Chain events with only what a test is about; the rest is filled in. */
public final class SampleEvents {

    private SampleEvents() {}

    public static ChainEvent added(long sequence, long height, String hash, String parent) {
        return of(0, sequence, BlockEventType.BLOCK_ADDED, height, hash, parent, false);
    }

    public static ChainEvent removed(long sequence, long height, String hash, String parent) {
        return of(0, sequence, BlockEventType.BLOCK_REMOVED, height, hash, parent, false);
    }

    /** A slot without a block. */
    public static ChainEvent skipped(BlockEventType type, long sequence, long height) {
        return of(0, sequence, type, height, "", "", true);
    }

    /** A block that lost, marked skipped; it keeps its hash. */
    public static ChainEvent orphan(
            BlockEventType type, long sequence, long height, String hash, String parent) {
        return of(0, sequence, type, height, hash, parent, true);
    }

    public static ChainEvent of(
            int tag,
            long sequence,
            BlockEventType type,
            long height,
            String hash,
            String parent,
            boolean skipped) {
        return new ChainEvent(
                tag,
                sequence,
                type,
                1,
                height,
                hash,
                parent,
                skipped,
                Math.max(0, height - 1),
                hash.isEmpty() ? "" : "main/" + hash,
                1_700_000_000 + height,
                0,
                0,
                0,
                0,
                false);
    }
}
