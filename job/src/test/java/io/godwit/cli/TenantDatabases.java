package io.godwit.cli;

import io.godwit.testkit.PostgresDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Looks into a store's database, and changes it, behind Godwit's back. */
final class TenantDatabases {

    /** Everything that a command could leave in a database, and how many rows it holds. */
    private static final String TRACES =
            """
            SELECT n.nspname || '.' || c.relname || ' '
                   || CASE WHEN c.relkind = 'r' THEN
                          (xpath('/row/n/text()', query_to_xml(format(
                              'SELECT count(*) AS n FROM %I.%I', n.nspname, c.relname),
                              false, true, '')))[1]::text
                      WHEN c.relkind = 'S' THEN pg_sequence_last_value(c.oid)::text END
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
            UNION ALL SELECT 'schema ' || nspname FROM pg_namespace
                      WHERE nspname NOT LIKE 'pg_temp%' AND nspname NOT LIKE 'pg_toast%'
            ORDER BY 1
            """;

    private TenantDatabases() {}

    static List<String> traces(PostgresDatabase database) throws SQLException {
        return strings(database, TRACES);
    }

    static boolean fenced(PostgresDatabase database) throws SQLException {
        return !strings(database, "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'godwit%'")
                .isEmpty();
    }

    static List<String> routes(PostgresDatabase database) throws SQLException {
        return strings(
                database,
                "SELECT tenant_id || ' ' || store_id || ' ' || state FROM godwit.tenant_route"
                        + " ORDER BY 1");
    }

    static List<String> strings(PostgresDatabase database, String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    static void change(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            if (statement.executeUpdate(sql) == 0) {
                throw new AssertionError("Changed nothing: " + sql);
            }
        }
    }
}
