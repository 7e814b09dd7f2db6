package io.godwit.testkit;

import java.util.OptionalLong;
import java.util.Random;

/**
 * How a copy goes about its work; the result must never depend on it.
 *
 * @param rangeSize events per range
 * @param batchSize events per transaction, at most
 * @param writers targets among which events are spread by the key of their height
 * @param order seed by which the ranges are shuffled; empty for ascending
 * @param deliveries how many times every batch is applied
 */
public record CopyPlan(
        int rangeSize, int batchSize, int writers, OptionalLong order, int deliveries) {

    /** All in one range, one batch, one writer, once. */
    public static CopyPlan whole() {
        return new CopyPlan(1_000_000, 1_000_000, 1, OptionalLong.empty(), 1);
    }

    /** Anything that can happen to a copy of some hundred events. */
    public static CopyPlan random(Random random) {
        return new CopyPlan(
                1 + random.nextInt(random.nextInt(4) == 0 ? 5 : 100),
                1 + random.nextInt(random.nextInt(4) == 0 ? 5 : 200),
                1 + random.nextInt(3),
                random.nextInt(4) == 0 ? OptionalLong.empty() : OptionalLong.of(random.nextLong()),
                random.nextInt(5) == 0 ? 2 : 1);
    }

    public CopyPlan ranges(int size) {
        return new CopyPlan(size, batchSize, writers, order, deliveries);
    }

    public CopyPlan batches(int size) {
        return new CopyPlan(rangeSize, size, writers, order, deliveries);
    }

    public CopyPlan writers(int count) {
        return new CopyPlan(rangeSize, batchSize, count, order, deliveries);
    }

    public CopyPlan shuffled(long seed) {
        return new CopyPlan(rangeSize, batchSize, writers, OptionalLong.of(seed), deliveries);
    }

    public CopyPlan delivered(int times) {
        return new CopyPlan(rangeSize, batchSize, writers, order, times);
    }
}
