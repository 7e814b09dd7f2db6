package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
import io.godwit.spec.VerificationLevel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Counts differences and keeps the first ones by position. Used by one thread. */
final class Differences {

    private static final Comparator<Difference> BY_POSITION =
            Comparator.comparing(
                            Difference::position, Comparator.nullsLast(Comparator.naturalOrder()))
                    .thenComparing(Difference::kind)
                    .thenComparing(Difference::stream, Comparator.nullsFirst(String::compareTo))
                    .thenComparing(Difference::eventId, Comparator.nullsFirst(String::compareTo));

    private final PriorityQueue<Difference> first = new PriorityQueue<>(BY_POSITION.reversed());
    private long missing;
    private long extra;
    private long different;
    private long compared;
    private long ahead;

    void add(Difference difference) {
        switch (difference.kind()) {
            case MISSING -> missing++;
            case EXTRA -> extra++;
            case DIFFERENT, ORDER -> different++;
        }
        first.add(difference);
        if (first.size() > StoreVerdict.NAMED) {
            first.poll();
        }
    }

    void add(Kind kind, Row row, List<Difference.Column> columns) {
        add(
                new Difference(
                        kind, row.position(), row.eventId(), row.stream(), row.version(), columns));
    }

    /** Rows of the source that were looked at one by one. */
    void compared(long rows) {
        compared += rows;
    }

    /** Rows of the target that the source has above what is compared. */
    void ahead(long rows) {
        ahead += rows;
    }

    boolean none() {
        return missing + extra + different == 0;
    }

    long compared() {
        return compared;
    }

    long ahead() {
        return ahead;
    }

    StoreVerdict verdict(VerificationLevel level, long comparedRows) {
        List<Difference> named = new ArrayList<>(first);
        named.sort(BY_POSITION);
        return new StoreVerdict(level, none(), comparedRows, missing, extra, different, named);
    }
}
