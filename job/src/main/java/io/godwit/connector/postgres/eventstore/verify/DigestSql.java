package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.verify.SideSql.bucketOf;
import static io.godwit.connector.postgres.eventstore.verify.SideSql.hash;
import static io.godwit.connector.postgres.eventstore.verify.SideSql.list;
import static io.godwit.connector.postgres.eventstore.verify.SideSql.text;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The queries that add up one side in buckets: bucket, number of rows, and the sums of both halves
 * of the rows' 128-bit hashes. A sum does not depend on the order of rows and grows with each
 * duplicate; it is numeric, so nothing overflows.
 *
 * <p>A row is hashed as its columns one behind the other, each with its length, and {@code -} for
 * null: no two rows give one text. OFFSET 0 keeps the planner from printing a value twice.
 */
record DigestSql(SideSql side, Buckets buckets) {

    private static final String SUMS =
            ", count(*), sum(('x' || substr(h, 1, 16))::bit(64)::bigint),"
                    + " sum(('x' || substr(h, 17))::bit(64)::bigint) FROM ";

    /** Rows alone. */
    String counts() {
        String bucket =
                side.how().byPosition()
                        ? buckets.sql(side.sourcePosition())
                        : bucketOf(hash(text(side.mapping().eventId())));
        return "SELECT " + bucket + ", count(*), 0, 0" + side.fromClosed() + " GROUP BY 1";
    }

    String hashes() {
        return side.how().byPosition() ? withPositions() : chained();
    }

    /** The position is part of the row, so the order is too. */
    private String withPositions() {
        List<String> texts = texts(side.columns());
        texts.add(side.sourcePosition() + "::text");
        return "SELECT b"
                + SUMS
                + "(SELECT b, "
                + hash(canonical(texts.size()))
                + " AS h FROM (SELECT "
                + buckets.sql(side.sourcePosition())
                + " AS b, "
                + named(texts)
                + side.fromClosed()
                + " OFFSET 0) r OFFSET 0) h GROUP BY b";
    }

    /** Each row together with the event before it in its stream: a chain for every stream. */
    private String chained() {
        EventStoreMapping mapping = side.mapping();
        return "SELECT b"
                + SUMS
                + "(SELECT "
                + bucketOf("id")
                + " AS b, md5(row_hash::text || coalesce(lag(id) OVER"
                + " (PARTITION BY stream ORDER BY p, id)::text, '')) AS h FROM (SELECT p, "
                + hash("id")
                + "::uuid AS id, "
                + hash(canonical("s", mapping.stream().size()))
                + "::uuid AS stream, "
                + hash(canonical(side.columns().size()))
                + "::uuid AS row_hash FROM (SELECT "
                + side.position()
                + " AS p, "
                + text(mapping.eventId())
                + " AS id, "
                + named("s", texts(mapping.stream()))
                + ", "
                + named(texts(side.columns()))
                + side.fromClosed()
                + " OFFSET 0) r OFFSET 0) n OFFSET 0) h GROUP BY b";
    }

    /** Streams by their hash: how many events each has, and its last version. */
    String streams() {
        List<String> texts = texts(side.mapping().stream());
        texts.add("count(*)::text");
        texts.add(lastVersion() + "::text");
        return "SELECT "
                + bucketOf("s")
                + SUMS
                + "(SELECT "
                + hash(canonical(texts.size() - 2))
                + " AS s, "
                + hash(canonical(texts.size()))
                + " AS h FROM (SELECT "
                + named(texts)
                + side.fromClosed()
                + " GROUP BY "
                + side.streamColumns()
                + " OFFSET 0) r OFFSET 0) h GROUP BY 1";
    }

    /**
     * Streams of these buckets as rows: events and last version through what is compared, and of
     * all the source has.
     */
    String streamRows(SortedSet<Long> which) {
        List<String> texts = texts(side.mapping().stream());
        boolean ahead = side.source() && !side.how().byPosition();
        String closed =
                ahead ? " FILTER (WHERE " + side.position() + " <= " + side.through() + ")" : "";
        return "SELECT s::text, 0, NULL::text, concat_ws(' ', "
                + names("k", texts.size())
                + "), NULL::bigint, false, n, v, all_n, all_v FROM (SELECT "
                + hash(canonical(texts.size()))
                + "::uuid AS s, r.* FROM (SELECT "
                + named(texts)
                + ", count(*)"
                + closed
                + " AS n, "
                + lastVersion()
                + closed
                + " AS v, count(*) AS all_n, "
                + lastVersion()
                + " AS all_v"
                + (ahead ? side.fromTenants() : side.fromClosed())
                + " GROUP BY "
                + side.streamColumns()
                + " OFFSET 0) r OFFSET 0) h"
                + (SideSql.isMost(which) ? "" : " WHERE " + SideSql.in(which, "s"))
                + " ORDER BY s";
    }

    private String lastVersion() {
        return "max(" + EventStoreMapping.quoted(side.mapping().version()) + ")";
    }

    private static List<String> texts(List<String> columns) {
        return columns.stream().map(SideSql::text).collect(Collectors.toCollection(ArrayList::new));
    }

    private static String named(List<String> expressions) {
        return named("k", expressions);
    }

    private static String named(String prefix, List<String> expressions) {
        return list(
                IntStream.range(0, expressions.size()).boxed().toList(),
                i -> expressions.get(i) + " AS " + prefix + i);
    }

    private static String names(String prefix, int count) {
        return list(IntStream.range(0, count).boxed().toList(), i -> prefix + i);
    }

    private static String canonical(int count) {
        return canonical("k", count);
    }

    private static String canonical(String prefix, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> prefix + i)
                .map(k -> "coalesce(char_length(" + k + ")::text || ':' || " + k + ", '-')")
                .collect(Collectors.joining(" || "));
    }
}
