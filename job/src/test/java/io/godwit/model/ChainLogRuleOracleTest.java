package io.godwit.model;

import static io.godwit.model.BlockEventType.BLOCK_ADDED;
import static io.godwit.model.BlockEventType.BLOCK_REMOVED;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.testkit.SampleEvents;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rule on neighbours against a stack of blocks, on many small histories. */
final class ChainLogRuleOracleTest {

    private static final int HISTORIES = 5_000;
    private static final int LENGTH = 10;
    private static final int TOP = 3;

    /** Hashes are unique, so a block's parent follows from its hash. */
    private record Block(long height, String hash, String parent, boolean skipped) {
        ChainEvent event(BlockEventType type, long sequence) {
            return SampleEvents.of(0, sequence, type, height, hash, parent, skipped);
        }
    }

    private record Step(BlockEventType type, Block block) {}

    /** Where a stack of blocks first refuses a step; -1 when it takes all. */
    private static int refusedByStack(List<Step> steps) {
        Deque<Block> stack = new ArrayDeque<>();
        for (int i = 0; i < steps.size(); i++) {
            Block block = steps.get(i).block;
            if (steps.get(i).type == BLOCK_REMOVED) {
                if (stack.isEmpty() || !stack.pop().equals(block)) {
                    return i;
                }
            } else if (block.height != stack.size()
                    || (!stack.isEmpty() && !stack.peek().hash.equals(block.parent))) {
                return i;
            } else {
                stack.push(block);
            }
        }
        return -1;
    }

    private static int refusedByRule(List<Step> steps) {
        for (int i = 0; i < steps.size(); i++) {
            ChainEvent next = event(steps, i);
            boolean refused =
                    (i == 0
                                    ? ChainLogRule.violationAtStart(next)
                                    : ChainLogRule.violation(event(steps, i - 1), next))
                            .isPresent();
            if (refused) {
                return i;
            }
        }
        return -1;
    }

    private static ChainEvent event(List<Step> steps, int index) {
        return steps.get(index).block.event(steps.get(index).type, index + 1);
    }

    /** Two blocks on every block, four levels. */
    private static List<Block> tree() {
        List<Block> all = new ArrayList<>();
        List<Block> level = List.of(new Block(0, "a", "", false), new Block(0, "b", "", false));
        for (int height = 0; height <= TOP; height++) {
            all.addAll(level);
            List<Block> above = new ArrayList<>();
            for (Block parent : level) {
                for (String branch : List.of("a", "b")) {
                    above.add(new Block(height + 1, parent.hash + branch, parent.hash, false));
                }
            }
            level = above;
        }
        return all;
    }

    @Test
    void ruleRefusesExactlyWhatAStackRefuses() {
        List<Block> tree = tree();
        int valid = 0;
        for (long seed = 1; seed <= HISTORIES; seed++) {
            Random random = new Random(seed);
            List<Step> steps = new ArrayList<>(List.of(new Step(BLOCK_ADDED, tree.get(0))));
            while (steps.size() < LENGTH) {
                steps.add(
                        random.nextInt(8) == 0 ? any(random, tree) : fitting(random, tree, steps));
            }
            int expected = refusedByStack(steps);
            valid += expected < 0 ? 1 : 0;
            assertThat(refusedByRule(steps)).as("seed %d: %s", seed, steps).isEqualTo(expected);
        }
        assertThat(valid).as("of both kinds").isBetween(HISTORIES / 20, HISTORIES * 19 / 20);
    }

    private static Step any(Random random, List<Block> tree) {
        return new Step(
                random.nextBoolean() ? BLOCK_ADDED : BLOCK_REMOVED,
                tree.get(random.nextInt(tree.size())));
    }

    /** A step that the stack takes, or any when there is none after what went before. */
    private static Step fitting(Random random, List<Block> tree, List<Step> steps) {
        for (int attempt = 0; attempt < 200; attempt++) {
            Step step = any(random, tree);
            List<Step> longer = new ArrayList<>(steps);
            longer.add(step);
            if (refusedByStack(longer) < 0) {
                return step;
            }
        }
        return any(random, tree);
    }

    @Test
    void ruleTakesWhateverAStackTakesWithSkippedBlocksToo() {
        for (long seed = 1; seed <= HISTORIES; seed++) {
            Random random = new Random(seed);
            Deque<Block> stack = new ArrayDeque<>();
            List<Step> steps = new ArrayList<>();
            while (steps.size() < 4 * LENGTH) {
                if (!stack.isEmpty() && random.nextInt(5) < 2) {
                    steps.add(new Step(BLOCK_REMOVED, stack.pop()));
                } else {
                    stack.push(above(stack, random, steps.size()));
                    steps.add(new Step(BLOCK_ADDED, stack.peek()));
                }
            }
            assertThat(refusedByRule(steps)).as("seed %d: %s", seed, steps).isEqualTo(-1);
        }
    }

    /** A skipped slot, an orphan, a block without a known parent, or mostly a block. */
    private static Block above(Deque<Block> stack, Random random, int number) {
        String parent =
                stack.stream()
                        .filter(b -> !b.hash.isEmpty())
                        .map(Block::hash)
                        .findFirst()
                        .orElse("");
        return switch (random.nextInt(8)) {
            case 0 -> new Block(stack.size(), "", "", true);
            case 1 -> new Block(stack.size(), "orphan-" + number, parent, true);
            case 2 -> new Block(stack.size(), "block-" + number, "", false);
            default -> new Block(stack.size(), "block-" + number, parent, false);
        };
    }
}
