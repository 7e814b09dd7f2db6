package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.replication.ReplicationCheck;
import io.godwit.model.Finding;
import io.godwit.spec.Positions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether {@code tail: logical} can follow an event store. Reads only.
 *
 * <p>The log is filtered by the bytes of the tenant column, so its type must be one of which equal
 * values have equal bytes.
 */
public final class LogicalTailCheck {

    private LogicalTailCheck() {}

    /** What the source says. */
    public static List<Finding> source(
            Connection connection, EventStoreMapping mapping, String migration)
            throws SQLException {
        List<Finding> findings =
                new ArrayList<>(
                        ReplicationCheck.findings(
                                connection, migration, mapping.quotedTable(), "source"));
        String otherwise =
                CatalogueQuery.list(
                                connection,
                                """
                                WITH RECURSIVE type AS (
                                    SELECT t.oid, t.typbasetype, a.attcollation
                                    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                                    WHERE a.attrelid = to_regclass(?) AND a.attname = ?
                                        AND NOT a.attisdropped
                                    UNION ALL
                                    SELECT t.oid, t.typbasetype, type.attcollation
                                    FROM type JOIN pg_type t ON t.oid = type.typbasetype)
                                SELECT format_type(type.oid, NULL)
                                FROM type LEFT JOIN pg_collation c ON c.oid = type.attcollation
                                WHERE type.typbasetype = 0
                                    AND (NOT coalesce(c.collisdeterministic, true)
                                         OR type.oid NOT IN (
                                            'uuid'::regtype, 'text'::regtype, 'varchar'::regtype,
                                            'bpchar'::regtype, 'int2'::regtype, 'int4'::regtype,
                                            'int8'::regtype))
                                """,
                                row -> row.getString(1),
                                mapping.quotedTable(),
                                mapping.tenantId())
                        .stream()
                        .findFirst()
                        .orElse("");
        if (!otherwise.isEmpty()) {
            findings.add(
                    Finding.problem(
                            "tail: logical knows tenants by the bytes of column "
                                    + mapping.tenantId()
                                    + ", and equal values of its type, "
                                    + otherwise
                                    + ", may differ in theirs",
                            "set tail: poll"));
        }
        return List.copyOf(findings);
    }

    /**
     * What the decision on positions says: rows come in the order of their commits, which is not
     * that of their positions.
     */
    public static List<Finding> positions(Positions positions) {
        return switch (positions) {
            case KEEP -> List.of();
            case APPEND ->
                    List.of(
                            Finding.problem(
                                    "tail: logical delivers events in the order of their commits,"
                                            + " and with positions: append the target would keep"
                                            + " that order instead of the source's",
                                    "set tail: poll, or positions: keep where the target allows"
                                            + " it"));
        };
    }
}
