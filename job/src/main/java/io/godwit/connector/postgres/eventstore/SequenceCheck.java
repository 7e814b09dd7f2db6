package io.godwit.connector.postgres.eventstore;

import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether the gap fence holds in a store: one sequence, drawn in ascending order by nextval() in
 * the transaction that inserts. Reads the catalogue and one position; changes nothing.
 *
 * <p>What it cannot see, and an operator has to know: an application that draws a position in one
 * transaction and uses it in another, that makes positions up, or that calls setval() or ALTER
 * SEQUENCE RESTART while the migration runs.
 */
public final class SequenceCheck {

    private SequenceCheck() {}

    /** Everything that was found, good or bad; the fence holds if none {@link Finding#stops()}. */
    public static List<Finding> findings(Connection connection, EventStoreMapping mapping)
            throws SQLException {
        if (EventTables.find(connection, mapping).isEmpty()) {
            return List.of(
                    Finding.problem(
                            "there is no event table " + mapping.table(),
                            "name it in event_store.table, with its schema if it is not on the"
                                    + " user's search path"));
        }
        List<PositionSequence> tables = PositionSequence.of(connection, mapping);
        Optional<PositionSequence.Sequence> one = PositionSequence.theOne(tables);
        List<Finding> findings = new ArrayList<>();
        if (inRecovery(connection)) {
            findings.add(
                    Finding.problem(
                            "the server is a standby: it does not show who holds a position on the"
                                    + " primary, so events could be skipped",
                            "name the primary in source.url"));
        }
        if (one.isEmpty()) {
            findings.add(noSequence(mapping, tables));
            return List.copyOf(findings);
        }
        PositionSequence.Sequence sequence = one.get();
        addShape(findings, sequence);
        if (findings.isEmpty()) {
            addLast(findings, connection, mapping, sequence);
        }
        if (findings.isEmpty()) {
            findings.add(
                    Finding.good(
                            "positions of "
                                    + mapping.table()
                                    + " are drawn one by one from sequence "
                                    + sequence.name()));
        }
        return List.copyOf(findings);
    }

    /** The sequence of a store where the fence holds; refused with the first problem otherwise. */
    static PositionSequence.Sequence require(Connection connection, EventStoreMapping mapping)
            throws SQLException {
        for (Finding finding : findings(connection, mapping)) {
            if (finding.stops()) {
                throw MigrationException.refused(
                        mapping.table(), finding.what() + ": " + finding.remedy());
            }
        }
        return PositionSequence.theOne(PositionSequence.of(connection, mapping)).orElseThrow();
    }

    private static Finding noSequence(EventStoreMapping mapping, List<PositionSequence> tables) {
        String column = mapping.table() + "." + mapping.position();
        if (tables.isEmpty()) {
            return Finding.problem(
                    "there is no column " + column, "name it in event_store.position");
        }
        String why =
                "; nothing tells which positions are still to be committed, so events could be skipped";
        PositionSequence root = tables.get(0);
        if (root.sequence() != null) {
            String all =
                    tables.stream()
                            .filter(table -> table.sequence() != null)
                            .map(table -> table.table() + " from " + table.sequence().name())
                            .collect(Collectors.joining(", "));
            return Finding.problem(
                    "positions of " + column + " come from several sequences (" + all + ")" + why,
                    "give the partitions the default of the table");
        }
        String from =
                root.expression() == null
                        ? " come from elsewhere: the column has no default"
                        : " come from " + root.expression() + ", not plainly from a sequence";
        return Finding.problem(
                "positions of " + column + from + why,
                "let the database draw them: ALTER TABLE ... ALTER COLUMN ... SET DEFAULT"
                        + " nextval('a sequence above the last position'), in the transaction that"
                        + " inserts; a store whose application numbers its events cannot be"
                        + " migrated while it is written to");
    }

    private static void addShape(List<Finding> findings, PositionSequence.Sequence sequence) {
        if (sequence.cache() > 1) {
            findings.add(
                    Finding.problem(
                            "sequence "
                                    + sequence.name()
                                    + " has CACHE "
                                    + sequence.cache()
                                    + ": a session keeps positions for later transactions, and"
                                    + " nothing tells so, so events could be skipped",
                            "ALTER SEQUENCE "
                                    + sequence.name()
                                    + " CACHE 1, then let every session that writes events connect"
                                    + " anew: it keeps what it has until then"));
        }
        if (sequence.increment() != 1) {
            findings.add(
                    Finding.problem(
                            "sequence "
                                    + sequence.name()
                                    + " has INCREMENT "
                                    + sequence.increment()
                                    + ": positions go down, or an application numbers the events"
                                    + " in between by itself in later transactions",
                            "ALTER SEQUENCE "
                                    + sequence.name()
                                    + " INCREMENT 1, and an application that takes every position"
                                    + " from the database"));
        }
        if (sequence.cycles()) {
            findings.add(
                    Finding.problem(
                            "sequence " + sequence.name() + " has CYCLE: positions can begin again",
                            "ALTER SEQUENCE " + sequence.name() + " NO CYCLE"));
        }
    }

    /** Above the sequence there is no order: what is drawn next can be below what is there. */
    private static void addLast(
            List<Finding> findings,
            Connection connection,
            EventStoreMapping mapping,
            PositionSequence.Sequence sequence)
            throws SQLException {
        // In this order: what is committed now was drawn before the second statement reads.
        String max =
                "SELECT max("
                        + EventStoreMapping.quoted(mapping.position())
                        + ") FROM "
                        + mapping.quotedTable();
        String last =
                "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM " + sequence.name();
        try (Statement statement = connection.createStatement()) {
            Long highest = number(statement, max);
            Long drawn = number(statement, last);
            if (highest != null && highest > drawn) {
                findings.add(
                        Finding.problem(
                                "the last position of "
                                        + mapping.table()
                                        + " is "
                                        + highest
                                        + ", but sequence "
                                        + sequence.name()
                                        + " is at "
                                        + drawn
                                        + ": some positions did not come from it",
                                "SELECT setval('" + sequence.name() + "', " + highest + ")"));
            }
        }
    }

    private static Long number(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getObject(1, Long.class);
        }
    }

    private static boolean inRecovery(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT pg_is_in_recovery()")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }
}
