package io.godwit.demo;

import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainTables;
import java.util.Random;

/**
 * A chain by chance, written as the chain service writes: blocks, skipped heights, and reorgs of 1
 * to 50 blocks, after which the old blocks come back or another branch wins. The same seed gives
 * the same chain. Grown by one thread at a time; {@link #lastSequence} and {@link #reorgs} may be
 * asked by any.
 */
final class GeneratedChain {

    private static final int SLICE = 2_000;

    private final ChainHistory history = ChainHistory.startingAt(0, 1, 0).branch("generated");
    private final DirectDynamoDb client;
    private final ChainTables tables;
    private final Random random;
    private volatile long lastSequence;
    private volatile int reorgs;
    private volatile int deepest;

    GeneratedChain(DirectDynamoDb client, String tablePrefix, long seed) {
        this.client = client;
        this.tables = ChainTables.create(client, tablePrefix);
        this.random = new Random(seed);
    }

    /** Fills the tables until the log has so many events; canonical copies are left out. */
    void fillTo(long events) {
        client.leaveOutCanonicalCopies(true);
        while (history.lastSequence() < events) {
            long from = history.nextSequence();
            long until = Math.min(events, from + SLICE);
            while (history.lastSequence() < until) {
                grow();
            }
            store(from);
        }
        client.leaveOutCanonicalCopies(false);
    }

    private void grow() {
        int dice = random.nextInt(100);
        if (dice < 45 || history.length() < 2) {
            history.blocks(1 + random.nextInt(12));
        } else if (dice < 55) {
            history.skipped(1 + random.nextInt(3));
        } else {
            int depth = reorg(random.nextInt(10) == 0 ? 50 : 4);
            if (random.nextInt(3) == 0) {
                history.reAdd();
            } else {
                history.blocks(1 + random.nextInt(depth + 1));
            }
        }
    }

    /** The first block stays. */
    private int reorg(int most) {
        int depth = Math.min(1 + random.nextInt(most), history.length() - 1);
        history.reorg(depth);
        reorgs = reorgs + 1;
        deepest = Math.max(deepest, depth);
        return depth;
    }

    /**
     * What the live service does in one go: some blocks, or a reorg, whose removals and additions
     * it writes in two calls.
     */
    void append() {
        long from = history.nextSequence();
        if (random.nextInt(4) > 0) {
            history.blocks(1 + random.nextInt(4));
        } else {
            int depth = reorg(6);
            store(from);
            from = history.nextSequence();
            history.blocks(depth + 1);
        }
        store(from);
    }

    private void store(long from) {
        tables.putSince(history, from);
        lastSequence = history.lastSequence();
    }

    /** The head: everything up to here is stored. */
    long lastSequence() {
        return lastSequence;
    }

    int reorgs() {
        return reorgs;
    }

    int deepest() {
        return deepest;
    }

    /** Only while nobody grows it. */
    ChainHistory history() {
        return history;
    }

    ChainTables tables() {
        return tables;
    }
}
