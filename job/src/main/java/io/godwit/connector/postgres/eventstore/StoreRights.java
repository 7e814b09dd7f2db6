package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.eventstore.StoreSchemaCheck.Side;
import io.godwit.model.Finding;
import io.godwit.spec.TenantOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What Godwit's role may do in one store. Both stores are read, written and fenced: the source is
 * written by the flow back after a cutover.
 */
final class StoreRights {

    private final Side side;
    private final StoreSchema schema;
    private final TenantOptions options;
    private final List<Finding> findings = new ArrayList<>();

    StoreRights(Side side, StoreSchema schema, TenantOptions options) {
        this.side = side;
        this.schema = schema;
        this.options = options;
    }

    List<Finding> check(Connection connection) throws SQLException {
        EventStoreMapping mapping = schema.mapping();
        table(connection, mapping.quotedTable(), "SELECT, INSERT, TRIGGER");
        if (schema.sequence() != null) {
            sequence(connection);
        }
        ownSchema(connection);
        boolean writes = side == Side.TARGET;
        if (options.snapshots() && schema.companions().snapshots()) {
            table(
                    connection,
                    mapping.besideTable("snapshots"),
                    writes ? "SELECT, INSERT, UPDATE" : "SELECT");
        }
        boolean translates = options.migrateSubscriptions() && !options.subscriptions().isEmpty();
        if (translates && schema.companions().checkpoints()) {
            table(
                    connection,
                    mapping.besideTable("projection_checkpoints"),
                    writes ? "SELECT, INSERT, UPDATE" : "SELECT");
        }
        return findings;
    }

    private void table(Connection connection, String table, String privileges) throws SQLException {
        List<String> missing = new ArrayList<>();
        for (String privilege : privileges.split(", ")) {
            if (!CatalogueQuery.holds(
                    connection, "SELECT has_table_privilege(?, ?)", table, privilege)) {
                missing.add(privilege);
            }
        }
        if (!missing.isEmpty()) {
            String names = String.join(", ", missing);
            findings.add(
                    Finding.problem(
                            "the role has no " + names + " on " + table + " of the " + side,
                            "GRANT " + names + " ON " + table + " TO " + side + ".user"));
        }
    }

    /** The target's is set past what is copied; the source's is drawn from by the flow back. */
    private void sequence(Connection connection) throws SQLException {
        String privileges = side == Side.TARGET ? "SELECT, USAGE, UPDATE" : "SELECT, USAGE";
        for (String privilege : privileges.split(", ")) {
            if (!CatalogueQuery.holds(
                    connection,
                    "SELECT has_sequence_privilege(?, ?)",
                    schema.sequence(),
                    privilege)) {
                findings.add(
                        Finding.problem(
                                "the role has no "
                                        + privilege
                                        + " on sequence "
                                        + schema.sequence()
                                        + " of the "
                                        + side,
                                "GRANT "
                                        + privileges
                                        + " ON SEQUENCE "
                                        + schema.sequence()
                                        + " TO "
                                        + side
                                        + ".user"));
                return;
            }
        }
    }

    /** Routes and fences are in schema godwit of each store. */
    private void ownSchema(Connection connection) throws SQLException {
        boolean may =
                CatalogueQuery.holds(
                        connection,
                        """
                        SELECT CASE WHEN to_regnamespace('godwit') IS NULL
                               THEN has_database_privilege(current_database(), 'CREATE')
                               ELSE has_schema_privilege('godwit', 'CREATE') END
                        """);
        if (!may) {
            findings.add(
                    Finding.problem(
                            "the role may not create tables in schema godwit of the " + side,
                            "CREATE SCHEMA godwit AUTHORIZATION " + side + ".user"));
        }
    }
}
