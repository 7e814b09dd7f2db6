package io.godwit.connector.postgres.eventstore;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts rows into the event table of which some may be there: those that are not are inserted, the
 * others are compared by content. Either {@link #keep} or {@link #append} says by what two rows are
 * the same event and where a new one goes.
 *
 * <p>In the caller's transaction, which it rolls back when a call throws.
 */
final class RowMerge {

    private final Connection connection;
    private final EventStoreMapping mapping;
    private final List<String> columns;

    /**
     * @param columns of the rows, the position first
     */
    RowMerge(Connection connection, EventStoreMapping mapping, List<String> columns) {
        this.connection = connection;
        this.mapping = mapping;
        this.columns = columns;
    }

    /** Each row at the position that it brings along. */
    ApplyResult keep(List<byte[]> rows) throws SQLException {
        StagedRows staged = StagedRows.stage(connection, mapping, columns, rows);
        String names = ColumnList.of(columns);
        long written =
                insert(
                        "INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s ORDER BY %s ON CONFLICT DO NOTHING"
                                .formatted(
                                        mapping.quotedTable(),
                                        names,
                                        names,
                                        StagedRows.TABLE,
                                        EventStoreMapping.quoted(mapping.position())));
        if (written < rows.size()) {
            refuse(staged.differences(mapping.position(), columns), RowMerge::atItsPosition);
        }
        return new ApplyResult(written, rows.size() - written, 0);
    }

    /**
     * Each row that is not there at the position that the table's own default draws, in the order
     * given: the default belongs to the outer query, and PostgreSQL does not merge a sub-query that
     * is sorted into it, so it is computed for one row after the other as they come out of the
     * sort. Rows are known by their event id alone, whatever is unique in this table.
     *
     * <p>Whoever else appends the same events must be kept out until the caller's commit.
     */
    ApplyResult append(List<byte[]> rows) throws SQLException {
        StagedRows staged = StagedRows.stage(connection, mapping, columns, rows);
        List<String> content = columns.subList(1, columns.size());
        long written =
                insert(
                        """
                        INSERT INTO %1$s (%2$s)
                        SELECT %2$s
                        FROM (SELECT *, row_number() OVER (PARTITION BY %3$s ORDER BY %4$s) AS godwit_nth
                              FROM %5$s) AS s
                        WHERE godwit_nth = 1
                            AND NOT EXISTS (SELECT FROM %1$s t WHERE t.%3$s = s.%3$s)
                        ORDER BY %4$s
                        ON CONFLICT DO NOTHING
                        """
                                .formatted(
                                        mapping.quotedTable(),
                                        ColumnList.of(content),
                                        EventStoreMapping.quoted(mapping.eventId()),
                                        StagedRows.ORDINAL,
                                        StagedRows.TABLE));
        if (written < rows.size()) {
            refuse(staged.differences(mapping.eventId(), content), RowMerge::byItsEventId);
        }
        return new ApplyResult(written, rows.size() - written, 0);
    }

    private long insert(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeLargeUpdate(sql);
        }
    }

    private interface Wording {
        String of(StagedRows.Difference difference);
    }

    private static void refuse(List<StagedRows.Difference> differences, Wording wording) {
        if (differences.isEmpty()) {
            return;
        }
        List<String> words = new ArrayList<>();
        differences.forEach(difference -> words.add(wording.of(difference)));
        throw MigrationException.fatal(
                words.get(0),
                "The target has rows that differ from the source's: "
                        + String.join(" | ", words)
                        + ". Nothing of the batch was written. Find out who wrote them; nobody but"
                        + " the migration writes events of its tenants into its target");
    }

    private static String atItsPosition(StagedRows.Difference d) {
        return d.thereAt() == null
                ? "position "
                        + d.position()
                        + ", event "
                        + d.eventId()
                        + ": refused, because a row with its event id or its stream and version is"
                        + " at another position"
                : "position "
                        + d.position()
                        + ": event "
                        + d.eventId()
                        + " of the source, event "
                        + d.thereId()
                        + " in the target; different: "
                        + d.columns();
    }

    private static String byItsEventId(StagedRows.Difference d) {
        return d.thereAt() == null
                ? "event "
                        + d.eventId()
                        + ", position "
                        + d.position()
                        + " of the source: refused, because another event has its stream and"
                        + " version or the position that the sequence drew for it"
                : "event "
                        + d.eventId()
                        + ": position "
                        + d.position()
                        + " of the source, "
                        + d.thereAt()
                        + " in the target; different: "
                        + d.columns();
    }
}
