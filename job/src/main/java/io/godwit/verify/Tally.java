package io.godwit.verify;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one comparing operator found, and, added up, the comparison. A public record of plain
 * fields: Flink carries it from the operators to the client.
 *
 * @param compared events of the source
 * @param missing of those, not in the target
 * @param different of those, there with other content
 * @param first the first differences, by key
 */
public record Tally(long compared, long missing, long different, String[] first) {

    public static final int NAMED = 20;

    public static Tally none() {
        return new Tally(0, 0, 0, new String[0]);
    }

    public Tally plus(Tally other) {
        Set<String> named = new LinkedHashSet<>(Arrays.asList(first));
        named.addAll(Arrays.asList(other.first));
        return new Tally(
                compared + other.compared,
                missing + other.missing,
                different + other.different,
                named.stream().limit(NAMED).toArray(String[]::new));
    }

    /** With differences that are not of one event: canonical rows, foreign rows. */
    public Tally withOther(List<String> differences) {
        return plus(
                new Tally(
                        0,
                        0,
                        differences.size(),
                        differences.stream().limit(NAMED).toArray(String[]::new)));
    }

    public boolean matched() {
        return missing == 0 && different == 0;
    }

    public List<String> named() {
        return Stream.of(first).toList();
    }
}
