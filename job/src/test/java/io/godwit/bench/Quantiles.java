package io.godwit.bench;

import java.util.Collection;

/** What was measured, in ascending order. */
record Quantiles(double[] sorted) {

    static Quantiles of(Collection<? extends Number> values) {
        return new Quantiles(values.stream().mapToDouble(Number::doubleValue).sorted().toArray());
    }

    /**
     * @param quantile 0 to 1
     * @return 0 when nothing was measured
     */
    double at(double quantile) {
        if (sorted.length == 0) {
            return 0;
        }
        double index = Math.min(sorted.length - 1, sorted.length * quantile);
        return sorted[(int) Math.max(0, index)];
    }

    /** With two decimals. */
    static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
