package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Where eventsource-py's control tables are and what this version of them has.
 *
 * @param name the schema; the ledger's sessions have a search path of their own, so it is always
 *     named
 * @param tokens tenant_migrations has the position tokens of 0.8 and later
 * @param auditLog migration_audit_log is there
 */
record ControlSchema(String name, boolean tokens, boolean auditLog) {

    /** On the search path first, then public, then the first by name. */
    static Optional<ControlSchema> find(Connection connection) throws SQLException {
        String sql =
                """
                SELECT n.nspname,
                    EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = m.oid
                        AND a.attname = 'last_source_position_token' AND NOT a.attisdropped),
                    EXISTS (SELECT FROM pg_class l WHERE l.relnamespace = n.oid
                        AND l.relname = 'migration_audit_log')
                FROM pg_namespace n
                JOIN pg_class m ON m.relnamespace = n.oid AND m.relname = 'tenant_migrations'
                JOIN pg_class r ON r.relnamespace = n.oid AND r.relname = 'tenant_routing'
                WHERE m.relkind IN ('r', 'p') AND r.relkind IN ('r', 'p')
                ORDER BY NOT pg_table_is_visible(m.oid), n.nspname <> 'public', n.nspname
                LIMIT 1
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            return rows.next()
                    ? Optional.of(
                            new ControlSchema(
                                    rows.getString(1), rows.getBoolean(2), rows.getBoolean(3)))
                    : Optional.empty();
        }
    }

    String migrations() {
        return table("tenant_migrations");
    }

    String routing() {
        return table("tenant_routing");
    }

    String audit() {
        return table("migration_audit_log");
    }

    private String table(String table) {
        return EventStoreMapping.quoted(name) + "." + EventStoreMapping.quoted(table);
    }
}
