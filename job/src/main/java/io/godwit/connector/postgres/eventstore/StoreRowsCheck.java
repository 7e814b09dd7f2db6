package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.eventstore.StoreSchemaCheck.Side;
import io.godwit.model.Finding;
import io.godwit.spec.TenantOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The tenants' rows in one store: there in the source, not there in the target, and nothing in the
 * target that takes copied events for new ones.
 */
final class StoreRowsCheck {

    private final Side side;
    private final StoreSchema schema;
    private final EventStoreMapping mapping;
    private final TenantOptions options;
    private final boolean resumed;
    private final List<Finding> findings = new ArrayList<>();

    StoreRowsCheck(Side side, StoreSchema schema, TenantOptions options, boolean resumed) {
        this.side = side;
        this.schema = schema;
        this.mapping = schema.mapping();
        this.options = options;
        this.resumed = resumed;
    }

    List<Finding> check(Connection connection) throws SQLException {
        for (String tenant : options.tenants()) {
            if (!spelt(tenant)) {
                continue;
            }
            if (side == Side.SOURCE) {
                inSource(connection, tenant);
            } else {
                inTarget(connection, tenant);
            }
        }
        if (side == Side.TARGET) {
            triggers(connection);
        }
        return findings;
    }

    /** A tenant that the column's type cannot hold is told by the check of the table. */
    private boolean spelt(String tenant) {
        return !schema.typeOf(mapping.tenantId()).equals("uuid")
                || tenant.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    }

    private boolean hasRows(Connection connection, String tenant) throws SQLException {
        return CatalogueQuery.holds(
                connection,
                "SELECT EXISTS (SELECT 1 FROM "
                        + mapping.quotedTable()
                        + " WHERE "
                        + EventStoreMapping.quoted(mapping.tenantId())
                        + " = CAST(? AS "
                        + schema.typeOf(mapping.tenantId())
                        + "))",
                tenant);
    }

    private void inSource(Connection connection, String tenant) throws SQLException {
        // Without an index, a tenant without events would be looked for in the whole shared table.
        if (schema.tenantIndex().isPresent() && !hasRows(connection, tenant)) {
            findings.add(
                    new Finding(
                            Finding.Weight.NOTE,
                            "the source has no event of tenant " + tenant,
                            "look whether the id is right; a tenant without events can move"));
        }
        if (schema.companions().outbox() && outboxIsReadable(connection)) {
            unpublished(connection, tenant);
        }
    }

    private boolean outboxIsReadable(Connection connection) throws SQLException {
        return CatalogueQuery.holds(
                connection,
                "SELECT has_table_privilege(?, 'SELECT')",
                mapping.besideTable("event_outbox"));
    }

    private void unpublished(Connection connection, String tenant) throws SQLException {
        String pending =
                CatalogueQuery.text(
                        connection,
                        "SELECT count(*) FROM "
                                + mapping.besideTable("event_outbox")
                                + " WHERE status = 'pending' AND tenant_id = CAST(? AS uuid)",
                        tenant);
        if (!pending.equals("0")) {
            findings.add(
                    Finding.note(
                            pending
                                    + " events of tenant "
                                    + tenant
                                    + " wait in the source's event_outbox: they stay there, so its"
                                    + " publisher has to go on"));
        }
    }

    private void inTarget(Connection connection, String tenant) throws SQLException {
        if (!hasRows(connection, tenant)) {
            return;
        }
        String what = "the target has events of tenant " + tenant + " already";
        findings.add(
                resumed
                        ? Finding.note(what + ": they are compared, not written again")
                        : Finding.problem(
                                what,
                                "a tenant moves to a store that has nothing of it: find out whose"
                                        + " they are, and delete what an aborted migration left"));
    }

    private void triggers(Connection connection) throws SQLException {
        String sql =
                """
                SELECT t.tgname FROM pg_trigger t
                JOIN pg_proc p ON p.oid = t.tgfoid
                WHERE t.tgrelid = to_regclass(?) AND NOT t.tgisinternal AND t.tgenabled <> 'D'
                  AND t.tgtype & 4 <> 0 AND p.pronamespace::regnamespace::text <> 'godwit'
                ORDER BY 1
                """;
        boolean outbox = schema.companions().outbox();
        for (String trigger :
                CatalogueQuery.list(
                        connection, sql, row -> row.getString(1), mapping.quotedTable())) {
            String what =
                    "the target's trigger " + trigger + " fires for every event that is copied";
            findings.add(
                    outbox
                            ? Finding.problem(
                                    what
                                            + ", and the target has an event_outbox: the whole"
                                            + " history could be published again",
                                    "ALTER TABLE "
                                            + mapping.quotedTable()
                                            + " DISABLE TRIGGER "
                                            + EventStoreMapping.quoted(trigger)
                                            + " until the cutover")
                            : Finding.note(what));
        }
        if (outbox) {
            findings.add(
                    Finding.note(
                            "the target has an event_outbox; Godwit puts no event into it, for the"
                                    + " source has published them"));
        }
    }
}
