package io.godwit.testkit;

import java.util.Random;

/**
 * Valid histories by chance: the same seed and options give the same history on every machine.
 * Whoever uses one names the seed in the failure message.
 */
public final class RandomHistory {

    private RandomHistory() {}

    /**
     * What may happen. {@code events} is a minimum; {@code endsInRemoved} makes the log end in a
     * run of REMOVED; {@code blockTags} counts the block tags that the log passes through, one
     * after the other.
     */
    public record Options(
            int eventTag,
            int firstBlockTag,
            int blockTags,
            long startHeight,
            int events,
            int maxReorgDepth,
            boolean skipped,
            boolean skippedTimestamps,
            boolean beacon,
            boolean orphansMarkedSkipped,
            boolean endsInRemoved) {

        /**
         * All that can happen on one block tag, of Solana's kind: skipped slots, parent heights.
         */
        public static Options of(int eventTag, int events) {
            return new Options(eventTag, 1, 1, 0, events, 50, true, false, false, false, false);
        }

        /** Options that depend on the seed as well, so that a loop over seeds meets everything. */
        public static Options any(long seed, int eventTag, int events) {
            Random random = new Random(seed ^ 0x6f7074696f6e73L);
            int blockTags = 1 + random.nextInt(3);
            return new Options(
                    eventTag,
                    1 + random.nextInt(2),
                    blockTags,
                    random.nextBoolean() ? 0 : random.nextInt(1_000_000),
                    events,
                    1 + random.nextInt(50),
                    random.nextInt(4) > 0,
                    random.nextBoolean(),
                    random.nextInt(4) == 0,
                    blockTags > 1,
                    random.nextInt(3) == 0);
        }
    }

    public static ChainHistory of(long seed, Options options) {
        Random random = new Random(seed);
        ChainHistory history =
                ChainHistory.startingAt(
                                options.eventTag(), options.firstBlockTag(), options.startHeight())
                        .branch("seed-" + seed);
        if (options.beacon()) {
            history.withoutParentHeights();
        }
        int tag = options.firstBlockTag();
        int lastTag = tag + options.blockTags() - 1;
        history.blocks(1);
        while (history.lastSequence() < options.events()) {
            int due =
                    options.firstBlockTag()
                            + (int)
                                    (history.lastSequence()
                                            * options.blockTags()
                                            / (options.events() + 1));
            if (due > tag) {
                tag = Math.min(due, lastTag);
                history.blockTag(tag);
            }
            step(history, random, options, seed, tag);
        }
        if (options.endsInRemoved()) {
            history.blocks(2).reorg(depth(random, history, options));
        }
        return history;
    }

    private static void step(
            ChainHistory history, Random random, Options options, long seed, int tag) {
        int dice = random.nextInt(100);
        if (dice < 50) {
            history.blocks(1 + random.nextInt(12));
        } else if (dice < 65 && options.skipped()) {
            history.skipped(1 + random.nextInt(4), options.skippedTimestamps());
        } else if (dice < 75 && options.orphansMarkedSkipped() && tag > options.firstBlockTag()) {
            int count = 1 + random.nextInt(3);
            history.orphansMarkedSkipped(count, tag - 1).reorg(count);
            newBranch(history, seed);
        } else if (history.length() > 1) {
            int depth = depth(random, history, options);
            history.reorg(depth);
            newBranch(history, seed);
            afterReorg(history, random, options, depth);
        }
    }

    private static void afterReorg(
            ChainHistory history, Random random, Options options, int depth) {
        switch (random.nextInt(4)) {
            case 0 -> history.reAdd();
            case 1 -> history.reAdd(random.nextInt(depth + 1));
            case 2 -> {
                if (options.skipped()) {
                    history.skipped(1 + random.nextInt(2), options.skippedTimestamps());
                }
            }
            default -> history.blocks(1 + random.nextInt(depth + 1));
        }
    }

    /** Mostly shallow, now and then as deep as allowed; the first block stays. */
    private static int depth(Random random, ChainHistory history, Options options) {
        int bound =
                random.nextInt(5) == 0
                        ? options.maxReorgDepth()
                        : Math.min(4, options.maxReorgDepth());
        return Math.min(1 + random.nextInt(bound), history.length() - 1);
    }

    /** No two branches of any seed share a name. */
    private static void newBranch(ChainHistory history, long seed) {
        history.branch("seed-" + seed + "-" + history.nextSequence());
    }
}
