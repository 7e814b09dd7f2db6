package io.godwit.testkit;

import java.util.Optional;

/** Makes the blocks of a chain that starts at one height; equal questions give equal blocks. */
final class BlockMaker {

    private static final long GENESIS_TIME = 1_600_000_000L;

    private final long startHeight;
    private boolean parentHeights = true;

    BlockMaker(long startHeight) {
        this.startHeight = startHeight;
    }

    /** From now on the parent height is 0, as on the beacon chain. */
    void withoutParentHeights() {
        parentHeights = false;
    }

    /** The next block of a branch; without a parent, the first of the chain. */
    Block next(int tag, long height, Optional<Event> parent, String branch) {
        String first = height == 0 ? "" : Block.hashOf("before " + startHeight);
        String parentHash = parent.map(Event::hash).orElse(first);
        long parentHeight = parent.map(Event::height).orElse(Math.max(0, startHeight - 1));
        String hash = Block.hashOf(branch + "/" + height + "/" + parentHash);
        return regular(tag, height, hash, parentHash, parentHeight);
    }

    Block regular(int tag, long height, String hash, String parentHash, long parentHeight) {
        long kept = parentHeights ? parentHeight : 0;
        return Block.regular(tag, height, hash, parentHash, kept, timeAt(height));
    }

    static long timeAt(long height) {
        return GENESIS_TIME + 12 * height;
    }
}
