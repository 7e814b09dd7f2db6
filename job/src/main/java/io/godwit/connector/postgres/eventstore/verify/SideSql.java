package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.EventStoreMapping.quoted;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The queries that read one side row by row. Each has the tenants as its parameters, and columns as
 * {@link RowCursor} takes them. Every value is the text PostgreSQL prints it as in a {@link
 * StoreSession}, so that a varchar equals a text.
 *
 * <p>Hashes are of the UTF-8 bytes: databases may differ in encoding. Rows come in the order of
 * positions or of hashes: databases may differ in collation.
 *
 * @param source false for the target
 * @param tenantType as it may stand in a CAST
 * @param columns what is copied, without the position
 * @param through the highest position of the source that is compared
 * @param ceiling rows of this side above it are not looked at; {@link Long#MAX_VALUE} for none
 */
record SideSql(
        boolean source,
        EventStoreMapping mapping,
        String tenantType,
        int tenants,
        List<String> columns,
        Correspondence how,
        long through,
        long ceiling) {

    private static final String KEY = "\"godwit key\"";
    private static final String PREVIOUS = "\"godwit previous\"";

    /** The name of what {@link #chain} compares. */
    static final String PREVIOUS_EVENT = "previous event of the stream";

    /** One of {@link Buckets#COUNT}, as an SQL expression over a hash. */
    static String bucketOf(String hash) {
        return "('x' || left(" + hash + "::text, 3))::bit(12)::int";
    }

    static String hash(String text) {
        return "md5(convert_to(" + text + ", 'UTF8'))";
    }

    static <T> String list(List<T> parts, Function<T, String> sql) {
        return parts.stream().map(sql).collect(Collectors.joining(", "));
    }

    static String text(String column) {
        return quoted(column) + "::text";
    }

    String position() {
        return quoted(mapping.position());
    }

    String streamColumns() {
        return list(mapping.stream(), EventStoreMapping::quoted);
    }

    /** As the source has it; only where positions are kept. */
    String sourcePosition() {
        return "(" + position() + "::bigint - (" + offset() + "))";
    }

    private long offset() {
        return source ? 0 : how.offset();
    }

    String fromTenants() {
        return " FROM "
                + mapping.quotedTable()
                + " e WHERE "
                + quoted(mapping.tenantId())
                + " IN ("
                + list(Collections.nCopies(tenants, tenantType), type -> "CAST(? AS " + type + ")")
                + ")"
                + (ceiling == Long.MAX_VALUE ? "" : " AND " + position() + " <= " + ceiling);
    }

    /** Of a target that drew its positions, all rows: it has some ahead, and nobody tells which. */
    String fromClosed() {
        return fromTenants() + within(Buckets.Range.through(through));
    }

    private String within(Buckets.Range range) {
        if (!source && !how.byPosition()) {
            return "";
        }
        String from =
                range.from() == Long.MIN_VALUE
                        ? ""
                        : " AND " + position() + " >= " + (range.from() + offset());
        return from + " AND " + position() + " <= " + aligned(range.to());
    }

    private long aligned(long sourcePosition) {
        long moved = sourcePosition + offset();
        boolean overflowed = offset() > 0 && moved < sourcePosition;
        return overflowed ? Long.MAX_VALUE : moved;
    }

    /** Where the target kept positions: along its primary key, or the tenant's feed index. */
    String rowsOf(Buckets.Range range, List<String> values) {
        return "SELECT "
                + sourcePosition()
                + "::text, "
                + fixed("false")
                + (values.isEmpty() ? "" : ", " + list(values, SideSql::text))
                + fromTenants()
                + within(range)
                + " ORDER BY "
                + position();
    }

    /**
     * Where it did not: in the order of the event ids' hashes. Wide values are printed after the
     * sort.
     */
    String rowsOf(SortedSet<Long> buckets, List<String> values) {
        String key = hash(text(mapping.eventId())) + "::uuid";
        return byKey(list(values, SideSql::text))
                + "(SELECT "
                + key
                + " AS "
                + KEY
                + ", e.*"
                + fromTenants()
                + (isMost(buckets) ? "" : " AND " + in(buckets, key))
                + " ORDER BY 1 OFFSET 0) r ORDER BY "
                + KEY;
    }

    /** Each row with the event that comes before it in its stream, by position. */
    String chain(SortedSet<Long> buckets) {
        String key = hash(text(mapping.eventId())) + "::uuid";
        return byKey(PREVIOUS)
                + "(SELECT "
                + key
                + " AS "
                + KEY
                + ", lag("
                + text(mapping.eventId())
                + ") OVER (PARTITION BY "
                + streamColumns()
                + " ORDER BY "
                + position()
                + ", "
                + key
                + ") AS "
                + PREVIOUS
                + ", e.*"
                + fromTenants()
                + " OFFSET 0) r"
                + (isMost(buckets) ? "" : " WHERE " + in(buckets, KEY))
                + " ORDER BY "
                + KEY;
    }

    private String byKey(String values) {
        String later = source ? position() + " > " + through : "false";
        return "SELECT "
                + KEY
                + "::text, "
                + fixed(later)
                + (values.isEmpty() ? "" : ", ")
                + values
                + " FROM ";
    }

    private String fixed(String later) {
        return position()
                + "::bigint, "
                + text(mapping.eventId())
                + ", concat_ws(' ', "
                + list(mapping.stream(), SideSql::text)
                + "), "
                + quoted(mapping.version())
                + "::bigint, "
                + later;
    }

    static boolean isMost(SortedSet<Long> buckets) {
        return buckets == null || buckets.size() > Buckets.COUNT / 2;
    }

    static String in(SortedSet<Long> buckets, String hash) {
        return bucketOf(hash)
                + " = ANY ('{"
                + buckets.stream().map(String::valueOf).collect(Collectors.joining(","))
                + "}'::int[])";
    }
}
