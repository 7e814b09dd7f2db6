package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/**
 * Merges the rows of both stores by their key and names what differs. In memory are a page of each
 * side and the rows of one key.
 *
 * @param columns the names of the rows' values
 * @param kind of two rows that belong together and have different values
 */
record RowComparison(
        Comparator<String> keys, List<String> columns, Kind kind, Differences differences) {

    /** Positions as numbers. */
    static final Comparator<String> BY_POSITION = Comparator.comparingLong(Long::parseLong);

    /** Of equal length and lower case, as PostgreSQL sorts them. */
    static final Comparator<String> BY_HASH = Comparator.naturalOrder();

    interface Group {
        void compare(List<Row> source, List<Row> target);
    }

    void run(RowCursor source, RowCursor target) throws SQLException {
        merge(keys, source, target, this::compare);
    }

    static void merge(Comparator<String> keys, RowCursor source, RowCursor target, Group group)
            throws SQLException {
        while (source.key() != null || target.key() != null) {
            int order =
                    source.key() == null
                            ? 1
                            : target.key() == null ? -1 : keys.compare(source.key(), target.key());
            group.compare(
                    order <= 0 ? source.take() : List.of(), order >= 0 ? target.take() : List.of());
        }
    }

    /** Rows of one key, mostly one of each side; equal ones belong together first. */
    private void compare(List<Row> source, List<Row> target) {
        List<Row> expected = new ArrayList<>(source);
        expected.removeIf(Row::later);
        List<Row> found = new ArrayList<>(target);
        long later = source.size() - expected.size();
        differences.compared(expected.size());
        expected.removeIf(row -> removeEqual(found, row));
        Iterator<Row> others = found.iterator();
        for (Row row : expected) {
            if (others.hasNext()) {
                differences.add(kind, row, differing(row, others.next()));
            } else {
                differences.add(Kind.MISSING, row, List.of());
            }
        }
        for (; others.hasNext() && later > 0; later--) {
            others.next();
            differences.ahead(1);
        }
        others.forEachRemaining(row -> differences.add(Kind.EXTRA, row, List.of()));
    }

    private static boolean removeEqual(List<Row> rows, Row row) {
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).sameValues(row)) {
                rows.remove(i);
                return true;
            }
        }
        return false;
    }

    private List<Difference.Column> differing(Row source, Row target) {
        List<Difference.Column> differing = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            String expected = source.values()[i];
            String found = target.values()[i];
            if (expected == null ? found != null : !expected.equals(found)) {
                differing.add(Excerpt.of(columns.get(i), expected, found));
            }
        }
        return differing;
    }
}
