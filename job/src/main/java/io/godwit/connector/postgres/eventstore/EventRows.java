package io.godwit.connector.postgres.eventstore;

import io.godwit.model.SequenceRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;
import org.postgresql.core.Utils;

/**
 * Reads rows of the migrated tenants by keyset, as binary COPY: no column is decoded on the way, so
 * a row arrives as it was.
 */
final class EventRows {

    private final EventStoreMapping mapping;
    private final List<String> columns;
    private final String tenants;

    /**
     * @param columns what is copied, the position first
     * @param tenantType the tenant column's type, as format_type gives it
     */
    EventRows(
            EventStoreMapping mapping,
            List<String> columns,
            String tenantType,
            List<String> tenants) {
        this.mapping = mapping;
        this.columns = List.copyOf(columns);
        this.tenants =
                tenants.stream()
                        .map(tenant -> literal(tenant) + "::" + tenantType)
                        .collect(Collectors.joining(", "));
    }

    /**
     * The rows of the range in ascending order, or its first ones: what was covered ends with the
     * last element, a mark where the range's last position is no row of these tenants.
     *
     * @param limit most elements but for the mark
     */
    List<StoredEvent> read(Connection connection, SequenceRange range, int limit, boolean live)
            throws SQLException {
        List<StoredEvent> events = new ArrayList<>();
        BinaryRowReader rows = new BinaryRowReader();
        CopyOut copy =
                connection.unwrap(PGConnection.class).getCopyAPI().copyOut(select(range, limit));
        try {
            for (byte[] message; (message = copy.readFromCopy()) != null; ) {
                rows.feed(message);
                for (byte[] row; (row = rows.next()) != null; ) {
                    events.add(new StoredEvent(RowField.position(row), row, live));
                }
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
        if (!rows.ended()) {
            throw new SQLException("COPY of " + range + " ended in the middle", "08006");
        }
        long last = range.until() - 1;
        boolean full = events.size() == limit;
        if (!full && (events.isEmpty() || events.get(events.size() - 1).sequence() != last)) {
            events.add(StoredEvent.mark(last, live));
        }
        return events;
    }

    private String select(SequenceRange range, int limit) {
        return "COPY (SELECT %1$s FROM %2$s WHERE %3$s IN (%4$s) AND %5$s >= %6$s AND %5$s < %7$s ORDER BY %5$s LIMIT %8$s) TO STDOUT (FORMAT binary)"
                .formatted(
                        ColumnList.of(columns),
                        mapping.quotedTable(),
                        EventStoreMapping.quoted(mapping.tenantId()),
                        tenants,
                        EventStoreMapping.quoted(mapping.position()),
                        range.from(),
                        range.until(),
                        limit);
    }

    static String literal(String text) {
        try {
            return "'" + Utils.escapeLiteral(null, text, true) + "'";
        } catch (SQLException e) {
            throw new IllegalArgumentException("A text with a zero byte: " + text, e);
        }
    }
}
