package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * Names streams that have not as many events, or not the last version, that they should have. What
 * was copied ahead may be there, so the target's are between those of the compared part of the
 * source and those of the whole.
 */
record StreamComparison(Differences differences) implements RowComparison.Group {

    /** Events and last version: of the compared part, and of all. */
    static final int VALUES = 4;

    private static final List<String> NAMES = List.of("events", "last version");
    private static final String[] NO_STREAM = {"0", null, "0", null};

    @Override
    public void compare(List<Row> source, List<Row> target) {
        String[] expected = source.isEmpty() ? NO_STREAM : source.get(0).values();
        String[] found = target.isEmpty() ? NO_STREAM : target.get(0).values();
        List<Difference.Column> differing = new ArrayList<>();
        for (int i = 0; i < NAMES.size(); i++) {
            BigInteger value = number(found[i]);
            if (value.compareTo(number(expected[i])) < 0
                    || value.compareTo(number(expected[i + NAMES.size()])) > 0) {
                differing.add(new Difference.Column(NAMES.get(i), expected[i], found[i]));
            }
        }
        if (!differing.isEmpty()) {
            String stream = (source.isEmpty() ? target : source).get(0).stream();
            differences.add(new Difference(Kind.DIFFERENT, null, null, stream, null, differing));
        }
    }

    /** None is less than any version. */
    private static BigInteger number(String value) {
        return value == null ? BigInteger.ONE.shiftLeft(64).negate() : new BigInteger(value);
    }
}
