package io.godwit.connector.postgres.eventstore.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;

/**
 * Cuts the source's positions into a fixed number of ranges, so that what is kept of them does not
 * grow with the store. The first and the last one are open to rows of the target outside of them.
 *
 * @param base the first position of bucket 0
 */
record Buckets(long base, long width) {

    static final int COUNT = 4096;

    /** Both ends included, positions of the source. */
    record Range(long from, long to) {

        static Range through(long to) {
            return new Range(Long.MIN_VALUE, to);
        }
    }

    static Buckets of(long first, long last) {
        long span = last < first ? 1 : last - first + 1;
        return new Buckets(first, (span + COUNT - 1) / COUNT);
    }

    /**
     * @param position an SQL expression, a position of the source
     */
    String sql(String position) {
        return "greatest(0, least("
                + (COUNT - 1)
                + ", ("
                + position
                + " - ("
                + base
                + ")) / "
                + width
                + "))";
    }

    /** Ranges that cover these buckets and no others, ascending, neighbours joined. */
    List<Range> ranges(SortedSet<Long> buckets, long through) {
        List<Range> ranges = new ArrayList<>();
        for (long bucket : buckets) {
            long from = bucket == 0 ? Long.MIN_VALUE : base + bucket * width;
            long to =
                    bucket == COUNT - 1
                            ? through
                            : Math.min(through, base + (bucket + 1) * width - 1);
            int last = ranges.size() - 1;
            if (last >= 0 && ranges.get(last).to() == from - 1) {
                ranges.set(last, new Range(ranges.get(last).from(), to));
            } else {
                ranges.add(new Range(from, to));
            }
        }
        return ranges;
    }
}
