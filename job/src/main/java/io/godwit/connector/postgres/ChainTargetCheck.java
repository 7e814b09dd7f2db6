package io.godwit.connector.postgres;

import io.godwit.model.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Looks at the target before a migration: schema, constraints, privileges, rows. Reads only. */
public final class ChainTargetCheck {

    private static final Map<String, String> PRIVILEGES =
            Map.of(
                    ChainSchema.BLOCKS, "SELECT, INSERT, UPDATE",
                    ChainSchema.CANONICAL, "SELECT, INSERT, UPDATE, DELETE",
                    ChainSchema.EVENTS, "SELECT, INSERT");

    private static final List<String[]> UNIQUE =
            List.of(
                    new String[] {ChainSchema.BLOCKS, "tag,hash"},
                    new String[] {ChainSchema.BLOCKS, "tag,height"},
                    new String[] {ChainSchema.CANONICAL, "height,tag"},
                    new String[] {ChainSchema.EVENTS, "event_sequence,event_tag"});

    private final ChainstoragePostgresSpec spec;
    private final Map<Integer, Long> heads;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<Integer, AppliedLog> applied = new TreeMap<>();

    private ChainTargetCheck(ChainstoragePostgresSpec spec, Map<Integer, Long> heads) {
        this.spec = spec;
        this.heads = heads;
    }

    /**
     * @param applied what is there already, per event tag
     */
    public record Result(List<Finding> findings, Map<Integer, AppliedLog> applied) {}

    /**
     * @param heads the source's heads, per event tag
     */
    public static Result check(
            ChainstoragePostgresSpec spec, String migration, Map<Integer, Long> heads) {
        ChainTargetCheck check = new ChainTargetCheck(spec, heads);
        try (Connection connection =
                PostgresConnections.open(spec.url(), spec.user(), spec.password(), migration)) {
            connection.setReadOnly(true);
            check.schema(connection);
        } catch (SQLException e) {
            check.failed(e);
        }
        return new Result(List.copyOf(check.findings), Map.copyOf(check.applied));
    }

    private void failed(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        String what =
                "PostgreSQL at "
                        + io.godwit.spec.Checks.withoutQuery(spec.url())
                        + ": "
                        + e.getMessage();
        findings.add(
                state.startsWith("28")
                        ? Finding.unreachable(what, "correct target.user and target.password")
                        : Finding.unreachable(what, "check target.url and that the server runs"));
    }

    private void schema(Connection connection) throws SQLException {
        ChainSchema schema = ChainSchema.read(connection);
        if (!schema.exists()) {
            findings.add(
                    spec.createSchema()
                            ? Finding.note(
                                    "chainstorage's tables are not there: they will be created")
                            : Finding.problem(
                                    "chainstorage's tables are not in the target database",
                                    "run chainstorage's 'admin db-init', or set target.create_schema:"
                                            + " true"));
            if (spec.createSchema()
                    && !holds(
                            connection,
                            "SELECT has_schema_privilege(current_schema(), 'CREATE')")) {
                findings.add(
                        Finding.problem(
                                "the role may not create tables in schema "
                                        + schemaName(connection),
                                "GRANT CREATE ON SCHEMA to target.user"));
            }
            heads.keySet().forEach(tag -> applied.put(tag, new AppliedLog(0, 0, 1)));
            return;
        }
        for (String problem : schema.problems()) {
            findings.add(Finding.problem(problem, "bring the target to chainstorage's own schema"));
        }
        if (findings.isEmpty()) {
            uniqueIndexes(connection);
            privileges(connection, schema);
        }
        if (findings.stream().noneMatch(Finding::stops)) {
            findings.add(Finding.good("chainstorage's schema" + describe(schema)));
            rows(connection);
        }
    }

    private static String describe(ChainSchema schema) {
        return (schema.hasWatermark()
                        ? ""
                        : ", without is_watermark (older than 2025-10: none is set)")
                + (schema.hasPlacement() ? ", with placement columns" : "");
    }

    private void uniqueIndexes(Connection connection) throws SQLException {
        String sql =
                """
                SELECT EXISTS (
                  SELECT 1 FROM pg_index i
                  WHERE i.indrelid = to_regclass(?) AND i.indisunique AND i.indisvalid
                    AND (SELECT string_agg(a.attname, ',' ORDER BY a.attname)
                         FROM pg_attribute a
                         WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)) = ?)
                """;
        for (String[] index : UNIQUE) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, index[0]);
                statement.setString(2, sorted(index[1]));
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        findings.add(
                                Finding.problem(
                                        "table " + index[0] + " has no unique index on " + index[1],
                                        "create it as chainstorage's schema has it: without it a"
                                                + " replay could double rows"));
                    }
                }
            }
        }
    }

    private static String sorted(String columns) {
        return String.join(",", java.util.Arrays.stream(columns.split(",")).sorted().toList());
    }

    private void privileges(Connection connection, ChainSchema schema) throws SQLException {
        for (Map.Entry<String, String> table : new TreeMap<>(PRIVILEGES).entrySet()) {
            for (String privilege : table.getValue().split(", ")) {
                if (!holds(
                        connection,
                        "SELECT has_table_privilege('"
                                + table.getKey()
                                + "', '"
                                + privilege
                                + "')")) {
                    findings.add(
                            Finding.problem(
                                    "the role has no " + privilege + " on " + table.getKey(),
                                    "GRANT "
                                            + privilege
                                            + " ON "
                                            + table.getKey()
                                            + " to target.user"));
                }
            }
        }
        if (!holds(
                connection,
                "SELECT has_sequence_privilege('" + schema.idSequence() + "', 'UPDATE')")) {
            findings.add(
                    Finding.problem(
                            "the role has no UPDATE on sequence " + schema.idSequence(),
                            "GRANT UPDATE, USAGE ON SEQUENCE "
                                    + schema.idSequence()
                                    + " to target.user"));
        }
    }

    private void rows(Connection connection) throws SQLException {
        for (Map.Entry<Integer, Long> head : new TreeMap<>(heads).entrySet()) {
            AppliedLog log = AppliedLog.read(connection, head.getKey());
            applied.put(head.getKey(), log);
            if (log.last() > head.getValue()) {
                findings.add(
                        Finding.problem(
                                "the target has events of event tag "
                                        + head.getKey()
                                        + " up to "
                                        + log.last()
                                        + ", the source's head is "
                                        + head.getValue()
                                        + ": rows from "
                                        + (head.getValue() + 1)
                                        + " on are foreign, or the source moved back",
                                "find out who wrote them; when the source was reset, run 'godwit"
                                        + " migrate SPEC --rewind'"));
            } else if (log.events() > 0) {
                findings.add(
                        Finding.note(
                                "event tag "
                                        + head.getKey()
                                        + ": the target has "
                                        + log.events()
                                        + " events already; the first missing is "
                                        + log.firstMissing()));
            }
        }
    }

    private static boolean holds(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static String schemaName(Connection connection) throws SQLException {
        String name = connection.getSchema();
        return name == null ? "(none in the search path)" : name;
    }
}
