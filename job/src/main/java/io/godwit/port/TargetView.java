package io.godwit.port;

import java.util.List;

/**
 * A target as a comparison sees it. Reads only. An instance is used by one thread.
 *
 * <p>The canonical form of a row is a list of {@code column=value}, with the columns that are known
 * to be lossy left out on both sides, so that two forms are equal exactly when the rows are.
 */
public interface TargetView<E> extends AutoCloseable {

    /**
     * One event seen from both sides.
     *
     * @param key names the row in messages
     * @param expected canonical form of what the source says
     * @param actual canonical form of what the target holds; null when it has no such row
     */
    record Sides(String key, List<String> expected, List<String> actual) {

        public boolean missing() {
            return actual == null;
        }

        public boolean equal() {
            return expected.equals(actual);
        }
    }

    /** These events and what the target holds for them, in the order given. */
    List<Sides> compare(List<E> events);

    /** How many of these events the target has, whatever their content. */
    long count(List<E> events);

    @Override
    void close();
}
