package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.companion.RoutingTable.Route;
import io.godwit.model.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What a plan says of eventsource-py's control tables: which there are, what will be kept true in
 * them, and what in them is in the way. Reads only.
 */
public final class ControlTablesCheck {

    private final String source;
    private final String target;
    private final String migration;
    private final List<Finding> findings = new ArrayList<>();

    /**
     * @param source store id of where the tenants are
     * @param target store id of where they go
     */
    public ControlTablesCheck(String source, String target, String migration) {
        this.source = source;
        this.target = target;
        this.migration = migration;
    }

    /**
     * @param ledger to the ledger's database
     */
    public List<Finding> check(Connection ledger, List<String> tenants) throws SQLException {
        Optional<ControlSchema> found = ControlSchema.find(ledger);
        if (found.isEmpty()) {
            return List.of(
                    Finding.note(
                            "the ledger's database has no control tables of eventsource-py"
                                    + " (tenant_migrations, tenant_routing): no router of"
                                    + " eventsource-py follows this migration. If there are such"
                                    + " tables elsewhere, name their database in ledger.url"));
        }
        ControlSchema schema = found.get();
        tables(ledger, schema);
        for (String tenant : tenants) {
            Optional<UUID> id = EventsourceControl.tenant(tenant);
            if (id.isPresent()) {
                tenant(ledger, schema, id.get());
            } else {
                findings.add(
                        Finding.note(
                                "tenant "
                                        + tenant
                                        + " is no UUID, so eventsource-py's control tables cannot"
                                        + " name it: nothing is written there for it"));
            }
        }
        return List.copyOf(findings);
    }

    private void tables(Connection ledger, ControlSchema schema) throws SQLException {
        findings.add(
                Finding.good(
                        "eventsource-py's control tables in schema "
                                + schema.name()
                                + " will be kept true: "
                                + "tenant_migrations, tenant_routing"
                                + (schema.auditLog() ? ", migration_audit_log" : "")
                                + "; its lock cutover:<tenant> is taken for a cutover"));
        findings.add(
                Finding.note(
                        "routers of eventsource-py may use a route for 5 s after it has changed:"
                                + " what they append to store "
                                + source
                                + " in that time is refused (SQLSTATE GW002), not lost; let the"
                                + " application repeat it"));
        if (!schema.auditLog()) {
            findings.add(Finding.note("there is no migration_audit_log, so nothing is put there"));
        }
        if (!schema.tokens()) {
            findings.add(
                    Finding.note(
                            "tenant_migrations is of before 0.8: positions are written as plain"
                                    + " integers"));
        }
        rights(ledger, schema.migrations());
        rights(ledger, schema.routing());
    }

    private void rights(Connection ledger, String table) throws SQLException {
        String sql =
                "SELECT current_user, has_schema_privilege(relnamespace, 'USAGE')"
                        + " AND has_table_privilege(oid, 'SELECT')"
                        + " AND has_table_privilege(oid, 'INSERT')"
                        + " AND has_table_privilege(oid, 'UPDATE')"
                        + " FROM pg_class WHERE oid = CAST(? AS regclass)";
        try (PreparedStatement statement = ledger.prepareStatement(sql)) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getBoolean(2)) {
                    findings.add(
                            Finding.problem(
                                    "the ledger's role "
                                            + row.getString(1)
                                            + " may not keep "
                                            + table
                                            + " true",
                                    "GRANT SELECT, INSERT, UPDATE ON "
                                            + table
                                            + " to it, and USAGE on its schema"));
                }
            }
        }
    }

    private void tenant(Connection ledger, ControlSchema schema, UUID tenant) throws SQLException {
        if (findings.stream().anyMatch(Finding::stops)) {
            return;
        }
        Optional<TenantMigration> active = new MigrationTable(ledger, schema).active(tenant);
        active.ifPresent(this::active);
        Optional<Route> route = new RoutingTable(ledger, schema).read(tenant);
        if (route.isPresent() && !route.get().store().equals(source)) {
            boolean moved = route.get().store().equals(target);
            findings.add(
                    Finding.problem(
                            "tenant_routing has tenant "
                                    + tenant
                                    + " in store "
                                    + route.get().store()
                                    + ", not in "
                                    + source,
                            moved
                                    ? "it has moved already; if that is wrong, set the row's"
                                            + " store_id to "
                                            + source
                                    : "give the source the store_id by which eventsource-py's"
                                            + " routers know it"));
        }
    }

    private void active(TenantMigration row) {
        String what =
                "tenant "
                        + row.tenant()
                        + " has an active migration in tenant_migrations: "
                        + row.id()
                        + " from store "
                        + row.source()
                        + " to "
                        + row.target()
                        + " in phase "
                        + TenantMigration.word(row.phase());
        findings.add(
                EventsourceControl.createdBy(migration).equals(row.createdBy())
                        ? Finding.note(what + ", which is this one")
                        : Finding.problem(
                                what,
                                "let it end or abort it where it runs; if nothing runs it any more,"
                                        + " set its phase to 'aborted' and the tenant's"
                                        + " migration_state to 'normal'"));
    }
}
