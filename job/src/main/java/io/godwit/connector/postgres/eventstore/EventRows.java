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
    private final boolean feedIndex;
    private final String isTenants;

    /**
     * @param columns what is copied, the position first; none for every column that can be copied
     */
    EventRows(StoreSchema schema, List<String> columns, List<String> tenants) {
        this.mapping = schema.mapping();
        this.columns = columns.isEmpty() ? schema.copiedColumns() : List.copyOf(columns);
        this.feedIndex = schema.feedIndex().isPresent();
        String type = schema.typeOf(mapping.tenantId());
        this.isTenants =
                tenants.stream()
                        .map(tenant -> literal(tenant) + "::" + type)
                        .collect(
                                Collectors.joining(
                                        ", ",
                                        EventStoreMapping.quoted(mapping.tenantId()) + " IN (",
                                        ")"));
    }

    /** What rows are read of. */
    enum Stretch {
        /** The planner chooses: a small tenant in a big table is read by the tenant's index. */
        BULK,
        /**
         * The end of the table, where little lies behind the range's first position. The planner,
         * which knows nothing of rows that came after the last ANALYZE, would now and then take an
         * index on the tenant and read all that the tenant has.
         */
        RECENT
    }

    /**
     * The rows of the range in ascending order, or its first ones: what was covered ends with the
     * last element, a mark where the range's last position is no row of these tenants.
     *
     * @param limit most elements but for the mark
     */
    List<StoredEvent> read(
            Connection connection, SequenceRange range, int limit, boolean live, Stretch stretch)
            throws SQLException {
        List<StoredEvent> events = new ArrayList<>();
        BinaryRowReader rows = new BinaryRowReader();
        CopyOut copy =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(select(range, limit, stretch));
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

    private String select(SequenceRange range, int limit, Stretch stretch) {
        boolean byPosition = stretch == Stretch.RECENT && !feedIndex;
        return "COPY (SELECT %1$s FROM %2$s WHERE %3$s AND %4$s >= %5$s AND %4$s < %6$s ORDER BY %4$s LIMIT %7$s) TO STDOUT (FORMAT binary)"
                .formatted(
                        ColumnList.of(columns),
                        mapping.quotedTable(),
                        byPosition ? EventTables.unindexed(isTenants) : isTenants,
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
