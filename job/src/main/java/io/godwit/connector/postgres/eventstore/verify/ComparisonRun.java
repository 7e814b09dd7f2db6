package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.eventstore.verify.BothStores.Pair;
import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
import io.godwit.connector.postgres.eventstore.verify.StoreSnapshot.Digest;
import io.godwit.model.MigrationException;
import io.godwit.spec.VerificationLevel;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** One comparison over two snapshots, from the digests down to the rows. Used by one thread. */
final class ComparisonRun {

    /** Whole rows are wide: the driver holds a page of them. */
    private static final int WIDE_PAGE = 200;

    private static final int NARROW_PAGE = 2000;

    private final BothStores stores;
    private final SideSql source;
    private final SideSql target;
    private final Buckets buckets;
    private final Differences differences = new Differences();

    ComparisonRun(BothStores stores, SideSql source, SideSql target) throws SQLException {
        this.stores = stores;
        this.source = source;
        this.target = target;
        this.buckets = stores.source().buckets(source.mapping(), source.through());
    }

    StoreVerdict verdict(VerificationLevel level) throws SQLException {
        return switch (level) {
            case COUNT -> count();
            case HASH -> hash();
            case FULL -> full();
        };
    }

    private StoreVerdict count() throws SQLException {
        Pair<Map<Long, Digest>> counts = digests(DigestSql::counts);
        rows(differing(counts), List.of());
        if (differences.none()) {
            streams(differing(digests(DigestSql::streams)));
        }
        return differences.verdict(VerificationLevel.COUNT, rowsOfSource(counts));
    }

    private StoreVerdict hash() throws SQLException {
        Pair<Map<Long, Digest>> hashes = digests(DigestSql::hashes);
        SortedSet<Long> differing = differing(hashes);
        rows(differing, source.columns());
        order(differing);
        if (!differing.isEmpty() && differences.none() && differences.ahead() == 0) {
            throw MigrationException.fatal(
                    "comparison",
                    "The digests of "
                            + differing.size()
                            + " buckets differ, and no row in them does: the two databases do not"
                            + " print equal values alike. Compare with FULL, and look for a column"
                            + " of a type whose text depends on its database");
        }
        return differences.verdict(VerificationLevel.HASH, rowsOfSource(hashes));
    }

    private StoreVerdict full() throws SQLException {
        rows(null, source.columns());
        long compared = differences.compared();
        order(null);
        return differences.verdict(VerificationLevel.FULL, compared);
    }

    private Pair<Map<Long, Digest>> digests(Function<DigestSql, String> query) {
        return stores.ask(
                (store, isSource) ->
                        store.digests(query.apply(new DigestSql(side(isSource), buckets))));
    }

    private static SortedSet<Long> differing(Pair<Map<Long, Digest>> digests) {
        SortedSet<Long> buckets = new TreeSet<>(digests.source().keySet());
        buckets.addAll(digests.target().keySet());
        buckets.removeIf(b -> equal(digests.source().get(b), digests.target().get(b)));
        return buckets;
    }

    private static boolean equal(Digest one, Digest other) {
        return one != null && one.equals(other);
    }

    private static long rowsOfSource(Pair<Map<Long, Digest>> digests) {
        return digests.source().values().stream().mapToLong(Digest::rows).sum();
    }

    /**
     * @param which null for all buckets
     */
    private void rows(SortedSet<Long> which, List<String> columns) throws SQLException {
        int page = columns.isEmpty() ? NARROW_PAGE : WIDE_PAGE;
        if (!source.how().byPosition()) {
            if (which == null || !which.isEmpty()) {
                compare(
                        side -> side.rowsOf(which, columns),
                        page,
                        RowComparison.BY_HASH,
                        columns,
                        Kind.DIFFERENT);
            }
            return;
        }
        List<Buckets.Range> ranges =
                which == null
                        ? List.of(Buckets.Range.through(source.through()))
                        : buckets.ranges(which, source.through());
        for (Buckets.Range range : ranges) {
            compare(
                    side -> side.rowsOf(range, columns),
                    page,
                    RowComparison.BY_POSITION,
                    columns,
                    Kind.DIFFERENT);
        }
    }

    /** Positions that were kept have their order with them. */
    private void order(SortedSet<Long> which) throws SQLException {
        boolean nothing = which != null && which.isEmpty();
        if (!source.how().byPosition() && !nothing && differences.none()) {
            compare(
                    side -> side.chain(which),
                    NARROW_PAGE,
                    RowComparison.BY_HASH,
                    List.of(SideSql.PREVIOUS_EVENT),
                    Kind.ORDER);
        }
    }

    private void compare(
            Function<SideSql, String> query,
            int page,
            Comparator<String> keys,
            List<String> columns,
            Kind kind)
            throws SQLException {
        Pair<RowCursor> rows = cursors(query, columns.size(), page);
        try (RowCursor ofSource = rows.source();
                RowCursor ofTarget = rows.target()) {
            new RowComparison(keys, columns, kind, differences).run(ofSource, ofTarget);
        }
    }

    private void streams(SortedSet<Long> which) throws SQLException {
        if (which.isEmpty()) {
            return;
        }
        Pair<RowCursor> rows =
                cursors(
                        side -> new DigestSql(side, buckets).streamRows(which),
                        StreamComparison.VALUES,
                        NARROW_PAGE);
        try (RowCursor ofSource = rows.source();
                RowCursor ofTarget = rows.target()) {
            RowComparison.merge(
                    RowComparison.BY_HASH, ofSource, ofTarget, new StreamComparison(differences));
        }
    }

    private Pair<RowCursor> cursors(Function<SideSql, String> query, int values, int page) {
        return stores.ask(
                (store, isSource) -> store.rows(query.apply(side(isSource)), values, page));
    }

    private SideSql side(boolean isSource) {
        return isSource ? source : target;
    }
}
