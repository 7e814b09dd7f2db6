package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.BinaryCopy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A batch in a temporary table, beside the event table that it goes into: with an ordinal, which is
 * the order of delivery. The table stays with the session and is empty after every commit: one that
 * is created for each batch would fill the catalogue with dead rows, some hundred times a second in
 * the tail.
 */
final class StagedRows {

    static final String TABLE = "godwit_staged";

    /** From 0. */
    static final String ORDINAL = "godwit_ordinal";

    private static final int NAMED_DIFFERENCES = 10;

    /**
     * A staged row whose equal is not in the event table.
     *
     * @param thereAt the position of the row that was met; null when there is none
     * @param columns in which the two differ
     */
    record Difference(
            String position, String eventId, String thereAt, String thereId, String columns) {}

    private final Connection connection;
    private final EventStoreMapping mapping;

    private StagedRows(Connection connection, EventStoreMapping mapping) {
        this.connection = connection;
        this.mapping = mapping;
    }

    /**
     * Once for each session.
     *
     * @param columns of the rows
     */
    static void createTable(Connection connection, EventStoreMapping mapping, List<String> columns)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TEMP TABLE %s ON COMMIT DELETE ROWS AS SELECT %s, CAST(0 AS bigint) AS %s FROM %s LIMIT 0"
                            .formatted(
                                    TABLE, ColumnList.of(columns), ORDINAL, mapping.quotedTable()));
        }
    }

    /** In the caller's transaction; the columns are those of {@link #createTable}. */
    static StagedRows stage(
            Connection connection,
            EventStoreMapping mapping,
            List<String> columns,
            List<byte[]> rows)
            throws SQLException {
        BinaryCopy.send(
                connection,
                TABLE + " (" + ColumnList.of(columns) + ", " + ORDINAL + ")",
                IntStream.range(0, rows.size())
                        .mapToObj(i -> RowField.appended(rows.get(i), i))
                        .toList());
        return new StagedRows(connection, mapping);
    }

    /**
     * The first staged rows that the event table does not have with the same content. Columns are
     * compared as the text they are printed as, so 1.0 and 1 in a payload differ.
     *
     * @param key the column by which two rows are the same event
     * @param compared what is then to be equal
     */
    List<Difference> differences(String key, List<String> compared) throws SQLException {
        // Without a row to meet every column differs, for nothing is equal to no event id.
        String sql =
                """
                SELECT * FROM (
                    SELECT s.%1$s, s.%2$s, t.%1$s, t.%2$s, concat_ws(', ', %3$s), s.%7$s
                    FROM %4$s s LEFT JOIN %5$s t ON t.%6$s = s.%6$s
                ) AS met (position, event_id, there_at, there_id, differing, nth)
                WHERE differing <> ''
                ORDER BY nth
                LIMIT %8$s
                """
                        .formatted(
                                EventStoreMapping.quoted(mapping.position()),
                                EventStoreMapping.quoted(mapping.eventId()),
                                compared.stream()
                                        .map(StagedRows::nameIfDifferent)
                                        .collect(Collectors.joining(", ")),
                                TABLE,
                                mapping.quotedTable(),
                                EventStoreMapping.quoted(key),
                                ORDINAL,
                                NAMED_DIFFERENCES);
        List<Difference> differences = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                differences.add(
                        new Difference(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5)));
            }
        }
        return differences;
    }

    private static String nameIfDifferent(String column) {
        return "CASE WHEN t.%1$s::text IS DISTINCT FROM s.%1$s::text THEN %2$s END"
                .formatted(EventStoreMapping.quoted(column), EventRows.literal(column));
    }
}
