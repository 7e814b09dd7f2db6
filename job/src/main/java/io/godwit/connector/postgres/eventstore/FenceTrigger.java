package io.godwit.connector.postgres.eventstore;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/**
 * The trigger of {@link WriteFence} as it should be in one event table, for these tenants. Its
 * argument says for which, so that one can look.
 *
 * <p>Few tenants are constants of its condition: rows of others end there. The condition is parsed
 * for each statement, so with many tenants that alone would cost others more than the function,
 * which is parsed once in a session; then they are a set in the function.
 *
 * <p>Where Godwit copies into, its condition also ends rows with a pass, which saves a tenth of the
 * copy: a trigger that fires is queued, and looks its row up again. It costs each statement of
 * others some microseconds more, so it is there for the copy only.
 *
 * <p>Immutable; holds no connection.
 */
final class FenceTrigger {

    static final String NAME = "godwit_write_fence";
    static final int MOST_IN_CONDITION = 8;

    /** Replacing it came with 14; dropping it first needs a lock that readers are in the way of. */
    private static final int REPLACES_TRIGGERS = 14;

    private final EventStoreMapping mapping;
    private final EventTables.Table root;
    private final String type;
    private final List<String> tenants;
    private final boolean copying;

    private FenceTrigger(
            EventStoreMapping mapping,
            EventTables.Table root,
            String type,
            List<String> tenants,
            boolean copying) {
        this.mapping = mapping;
        this.root = root;
        this.type = type;
        this.tenants = tenants;
        this.copying = copying;
    }

    /**
     * For these tenants and all that have a route. Needs the route table.
     *
     * @param copying rows with a pass end at the condition
     */
    static FenceTrigger of(
            Connection connection,
            EventStoreMapping mapping,
            Collection<String> tenants,
            boolean copying)
            throws SQLException {
        for (String tenant : tenants) {
            EventTables.requireAsPrinted(connection, mapping, tenant);
        }
        String sql =
                "SELECT t COLLATE \"C\" FROM unnest(CAST(? AS text[])) AS t UNION"
                        + " SELECT tenant_id FROM godwit.tenant_route ORDER BY 1";
        List<String> all = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, texts(connection, tenants));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    all.add(rows.getString(1));
                }
            }
        }
        return new FenceTrigger(
                mapping,
                EventTables.require(connection, mapping),
                EventTables.typeOf(connection, mapping, mapping.tenantId()),
                List.copyOf(all),
                copying);
    }

    static String dropFrom(EventTables.Table table) {
        return "DROP TRIGGER IF EXISTS " + NAME + " ON " + table.name();
    }

    static String dropFunction(EventTables.Table root) {
        return "DROP FUNCTION IF EXISTS godwit." + function(root) + "()";
    }

    List<String> tenants() {
        return tenants;
    }

    /** Writes the function anew, with the routes as they are now. */
    String functionDdl(Connection connection) throws SQLException {
        return "SELECT godwit.create_fence(%d, %s, %s)"
                .formatted(
                        root.oid(),
                        literal(connection, mapping.tenantId()),
                        fewTenants() ? "NULL" : "ARRAY[" + list(connection, "%s") + "]");
    }

    /** Puts the trigger on a table and its partitions, those of tomorrow included. */
    String[] ddl(Connection connection, EventTables.Table table) throws SQLException {
        boolean replaces = connection.getMetaData().getDatabaseMajorVersion() >= REPLACES_TRIGGERS;
        List<String> ddl = new ArrayList<>();
        if (!replaces) {
            ddl.add(dropFrom(table));
        }
        ddl.add(
                "CREATE %sTRIGGER %s AFTER INSERT ON %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION godwit.%s(%s)"
                        .formatted(
                                replaces ? "OR REPLACE " : "",
                                NAME,
                                table.name(),
                                copying
                                        ? condition(connection) + " AND NOT " + passes(connection)
                                        : condition(connection),
                                function(root),
                                literal(connection, argument(connection, copying))));
        ddl.add("ALTER TABLE " + table.name() + " ENABLE ALWAYS TRIGGER " + NAME);
        return ddl.toArray(String[]::new);
    }

    /**
     * The tables, partitions too, whose trigger is not this one.
     *
     * @param exactly false: a trigger for more tenants will do
     */
    List<EventTables.Table> lacking(Connection connection, boolean exactly) throws SQLException {
        String sql =
                """
                SELECT t.tgrelid
                FROM pg_trigger t
                JOIN pg_proc f ON f.oid = t.tgfoid
                JOIN pg_namespace n ON n.oid = f.pronamespace
                WHERE t.tgname = ? AND t.tgenabled = 'A' AND t.tgtype = 5 -- after insert, each row
                    AND n.nspname = 'godwit' AND f.proname = ? AND f.prosecdef
                    AND t.tgnargs = 1 AND CAST(
                        convert_from(substr(t.tgargs, 1, length(t.tgargs) - 1), getdatabaseencoding())
                        AS jsonb) %s CAST(? AS jsonb)
                """
                        .formatted(exactly ? "=" : "@>");
        List<EventTables.Table> tables = EventTables.all(connection, mapping);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, NAME);
            statement.setString(2, function(root));
            statement.setString(3, argument(connection, exactly && copying));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long fenced = rows.getLong(1);
                    tables.removeIf(table -> table.oid() == fenced);
                }
            }
        }
        return tables;
    }

    private boolean fewTenants() {
        return tenants.size() <= MOST_IN_CONDITION;
    }

    /** Null, and so false, for events of nobody. */
    private String condition(Connection connection) throws SQLException {
        String column = "NEW." + EventStoreMapping.quoted(mapping.tenantId());
        return fewTenants()
                ? column + " IN (" + list(connection, "CAST(%s AS " + type + ")") + ")"
                : column + " IS NOT NULL";
    }

    /** What the function asks of a pass; its owner is who made the function. */
    private String passes(Connection connection) throws SQLException {
        String owner = "SELECT proowner FROM pg_proc WHERE oid = CAST(? AS regprocedure)";
        try (PreparedStatement statement = connection.prepareStatement(owner)) {
            statement.setString(1, "godwit." + function(root) + "()");
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return """
                    coalesce(
                        pg_catalog.starts_with(
                            pg_catalog.current_setting('godwit.migration', true),
                            pg_catalog.textcat(CAST(pg_catalog.pg_current_xact_id() AS pg_catalog.text), ':'))
                        AND pg_catalog.pg_has_role(session_user, CAST(%d AS pg_catalog.oid), 'MEMBER'), false)"""
                        .formatted(rows.getLong(1));
            }
        }
    }

    private String list(Connection connection, String form) throws SQLException {
        List<String> items = new ArrayList<>();
        for (String tenant : tenants) {
            items.add(form.formatted(literal(connection, tenant)));
        }
        return items.stream().collect(Collectors.joining(", "));
    }

    /** The tenants; a number, which no tenant is, says that passes end at the condition. */
    private String argument(Connection connection, boolean withPasses) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT to_jsonb(CAST(? AS text[])) || CAST(? AS jsonb)")) {
            statement.setArray(1, texts(connection, tenants));
            statement.setString(2, withPasses ? "[1]" : "[]");
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private static String function(EventTables.Table root) {
        return "fence_" + root.oid();
    }

    private static Array texts(Connection connection, Collection<String> texts)
            throws SQLException {
        return connection.createArrayOf("text", texts.toArray());
    }

    private static String literal(Connection connection, String text) throws SQLException {
        return "'" + connection.unwrap(PGConnection.class).escapeLiteral(text) + "'";
    }
}
