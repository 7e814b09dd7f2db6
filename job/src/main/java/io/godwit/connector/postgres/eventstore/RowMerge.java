package io.godwit.connector.postgres.eventstore;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Puts rows into the event table of which some may be there: through a temporary table, INSERT ...
 * ON CONFLICT DO NOTHING, and a comparison of the rest by content. Columns are compared as the text
 * they are printed as, so 1.0 and 1 in a payload differ.
 */
final class RowMerge {

    private static final String STAGED = "godwit_staged";
    private static final int NAMED_DIFFERENCES = 10;

    private final Connection connection;
    private final EventStoreMapping mapping;
    private final List<String> columns;

    RowMerge(Connection connection, EventStoreMapping mapping, List<String> columns) {
        this.connection = connection;
        this.mapping = mapping;
        this.columns = columns;
    }

    /** In the caller's transaction, which it rolls back when this throws. */
    ApplyResult apply(List<byte[]> rows) throws SQLException {
        String table = mapping.quotedTable();
        String names =
                columns.stream().map(EventStoreMapping::quoted).collect(Collectors.joining(", "));
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TEMP TABLE "
                            + STAGED
                            + " ON COMMIT DROP AS SELECT "
                            + names
                            + " FROM "
                            + table
                            + " LIMIT 0");
            RowCopy.send(connection, STAGED + " (" + names + ")", rows);
            long written =
                    statement.executeLargeUpdate(
                            "INSERT INTO "
                                    + table
                                    + " ("
                                    + names
                                    + ") OVERRIDING SYSTEM VALUE SELECT "
                                    + names
                                    + " FROM "
                                    + STAGED
                                    + " ORDER BY 1 ON CONFLICT DO NOTHING");
            refuseDifferent(statement, table);
            return new ApplyResult(written, rows.size() - written, 0);
        }
    }

    /** A staged row without its equal in the table met another one there. */
    private void refuseDifferent(Statement statement, String table) throws SQLException {
        String position = EventStoreMapping.quoted(mapping.position());
        String eventId = EventStoreMapping.quoted(mapping.eventId());
        List<String> differences = new ArrayList<>();
        try (ResultSet row =
                statement.executeQuery(
                        "SELECT s."
                                + position
                                + ", s."
                                + eventId
                                + ", t."
                                + position
                                + ", t."
                                + eventId
                                + differing()
                                + " FROM "
                                + STAGED
                                + " s LEFT JOIN "
                                + table
                                + " t ON t."
                                + position
                                + " = s."
                                + position
                                + " WHERE t."
                                + position
                                + " IS NULL OR "
                                + anyDifferent()
                                + " ORDER BY 1 LIMIT "
                                + NAMED_DIFFERENCES)) {
            while (row.next()) {
                differences.add(
                        row.getString(3) == null
                                ? "position "
                                        + row.getString(1)
                                        + ", event "
                                        + row.getString(2)
                                        + ": refused, because a row with its event id or its stream"
                                        + " and version is at another position"
                                : "position "
                                        + row.getString(1)
                                        + ": event "
                                        + row.getString(2)
                                        + " of the source, event "
                                        + row.getString(4)
                                        + " in the target; different: "
                                        + row.getString(5));
            }
        }
        if (!differences.isEmpty()) {
            throw MigrationException.fatal(
                    differences.get(0),
                    "The target has rows that differ from the source's: "
                            + String.join(" | ", differences)
                            + ". Nothing of the batch was written. Find out who wrote them; a"
                            + " migration's target holds nothing else of its tenants");
        }
    }

    private String differing() {
        return columns.stream()
                .map(
                        c ->
                                "CASE WHEN t."
                                        + EventStoreMapping.quoted(c)
                                        + "::text IS DISTINCT FROM s."
                                        + EventStoreMapping.quoted(c)
                                        + "::text THEN "
                                        + EventRows.literal(c)
                                        + " END")
                .collect(Collectors.joining(", ", ", concat_ws(', ', ", ")"));
    }

    private String anyDifferent() {
        return columns.stream()
                .map(
                        c ->
                                "t."
                                        + EventStoreMapping.quoted(c)
                                        + "::text "
                                        + "IS DISTINCT FROM"
                                        + " s."
                                        + EventStoreMapping.quoted(c)
                                        + "::text")
                .collect(Collectors.joining(" OR "));
    }
}
