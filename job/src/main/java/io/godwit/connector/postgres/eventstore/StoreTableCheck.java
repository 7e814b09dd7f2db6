package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.eventstore.StoreSchemaCheck.Side;
import io.godwit.model.Finding;
import io.godwit.spec.TenantOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** The event table of one store: is it there, whole, and what do its constraints promise? */
final class StoreTableCheck {

    /** The constraints that eventsource-py turns into errors of its own. */
    private static final List<String> KNOWN_CONSTRAINTS =
            List.of("events_event_id_key", "uq_events_aggregate_version");

    private final Side side;
    private final PostgresEventStoreSpec spec;
    private final StoreSchema schema;
    private final EventStoreMapping mapping;
    private final TenantOptions options;
    private final List<Finding> findings = new ArrayList<>();

    StoreTableCheck(
            Side side, PostgresEventStoreSpec spec, StoreSchema schema, TenantOptions options) {
        this.side = side;
        this.spec = spec;
        this.schema = schema;
        this.mapping = schema.mapping();
        this.options = options;
    }

    List<Finding> check(Connection connection) throws SQLException {
        if (!schema.exists()) {
            absent(connection);
            return findings;
        }
        List<String> missing = schema.missing();
        if (!missing.isEmpty()) {
            findings.add(
                    Finding.problem(
                            "the "
                                    + side
                                    + "'s table "
                                    + mapping.table()
                                    + " has no column "
                                    + String.join(", ", missing),
                            "correct "
                                    + side
                                    + ".event_store; the table has "
                                    + schema.columns().stream()
                                            .map(StoreSchema.Column::name)
                                            .toList()));
            return findings;
        }
        position();
        constraints();
        tenantIds();
        rowSecurity(connection);
        if (findings.stream().noneMatch(Finding::stops)) {
            findings.add(Finding.good("the " + side + "'s event store: " + description()));
        }
        return findings;
    }

    private void absent(Connection connection) throws SQLException {
        if (!spec.createSchema()) {
            findings.add(
                    Finding.problem(
                            "the " + side + " has no table " + mapping.table(),
                            side == Side.TARGET
                                    ? "create the store's tables there, or set"
                                            + " target.create_schema: true"
                                    : "correct source.url or source.event_store; a schema outside"
                                            + " the search path is named: table: schema.table"));
            return;
        }
        findings.add(
                Finding.note(
                        "the target has no event store: eventsource-py's tables will be created"));
        String schemaName = connection.getSchema();
        if (schemaName == null) {
            findings.add(
                    Finding.problem(
                            "no schema of the target's search path exists",
                            "create one, or name one in target.url: ?currentSchema=NAME"));
        } else if (!CatalogueQuery.holds(
                connection, "SELECT has_schema_privilege(?, 'CREATE')", schemaName)) {
            findings.add(
                    Finding.problem(
                            "the role may not create tables in schema "
                                    + schemaName
                                    + " of the target",
                            "GRANT CREATE ON SCHEMA " + schemaName + " to target.user"));
        }
    }

    private void position() {
        String type = schema.typeOf(mapping.position());
        if (!type.equals("bigint") && !type.equals("integer")) {
            findings.add(
                    Finding.problem(
                            "the "
                                    + side
                                    + "'s position "
                                    + mapping.position()
                                    + " is "
                                    + type
                                    + "; Godwit orders by a bigint or an integer",
                            "correct " + side + ".event_store.position"));
        }
        if (schema.sequence() == null) {
            findings.add(
                    Finding.problem(
                            "the "
                                    + side
                                    + "'s position "
                                    + mapping.position()
                                    + " is not drawn from a sequence",
                            "nothing tells which positions may still appear; a store like this one"
                                    + " cannot be read while it is written"));
        }
    }

    private void constraints() {
        List<String> streamVersion = new ArrayList<>(mapping.stream());
        streamVersion.add(mapping.version());
        if (schema.partitioned()) {
            findings.add(
                    Finding.note(
                            "the "
                                    + side
                                    + "'s table "
                                    + mapping.table()
                                    + " is partitioned: neither event ids nor versions are unique"
                                    + " across its partitions"
                                    + (side == Side.TARGET
                                            ? "; Godwit looks up what is there before it writes"
                                            : "")));
            return;
        }
        unique(List.of(mapping.position()), "a position names one event");
        unique(List.of(mapping.eventId()), "a replay could double events");
        unique(streamVersion, "two writers could append the same version");
        if (mapping.isEventsourcePy()) {
            knownNames();
        }
    }

    private void unique(List<String> columns, String why) {
        if (schema.uniqueOn(columns)) {
            return;
        }
        String what =
                "the "
                        + side
                        + "'s table "
                        + mapping.table()
                        + " has no unique index on "
                        + String.join(", ", columns);
        if (side == Side.SOURCE && !columns.contains(mapping.position())) {
            findings.add(Finding.note(what));
            return;
        }
        findings.add(
                Finding.problem(
                        what,
                        "without it "
                                + why
                                + ": CREATE UNIQUE INDEX CONCURRENTLY ON "
                                + mapping.quotedTable()
                                + " ("
                                + String.join(
                                        ", ",
                                        columns.stream().map(EventStoreMapping::quoted).toList())
                                + ")"));
    }

    private void knownNames() {
        List<String> names = schema.indexes().stream().map(StoreSchema.Index::name).toList();
        List<String> unknown =
                KNOWN_CONSTRAINTS.stream().filter(name -> !names.contains(name)).toList();
        if (!unknown.isEmpty()) {
            findings.add(
                    Finding.note(
                            "the "
                                    + side
                                    + " has no constraint named "
                                    + String.join(", ", unknown)
                                    + ": eventsource-py reports a duplicate there as a bare"
                                    + " integrity error"));
        }
    }

    private void tenantIds() {
        if (!schema.typeOf(mapping.tenantId()).equals("uuid")) {
            return;
        }
        for (String tenant : options.tenants()) {
            boolean isUuid = tenant.matches("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
            String canonical = isUuid ? UUID.fromString(tenant).toString() : null;
            if (!tenant.equals(canonical)) {
                findings.add(
                        Finding.problem(
                                "the tenant "
                                        + tenant
                                        + " is not as the "
                                        + side
                                        + "'s column "
                                        + mapping.tenantId()
                                        + " (uuid) spells it",
                                isUuid
                                        ? "write " + canonical + " in tenants"
                                        : "name the tenant's UUID in tenants"));
            }
        }
    }

    /** With row security in the way, a copy would be silently incomplete. */
    private void rowSecurity(Connection connection) throws SQLException {
        if (CatalogueQuery.holds(
                connection, "SELECT row_security_active(?)", mapping.quotedTable())) {
            findings.add(
                    Finding.problem(
                            "row security hides rows of the "
                                    + side
                                    + "'s table "
                                    + mapping.table()
                                    + " from its role",
                            "ALTER ROLE ... BYPASSRLS for " + side + ".user"));
        }
    }

    private String description() {
        StringBuilder text = new StringBuilder(mapping.table());
        text.append(" with ").append(schema.columns().size()).append(" columns");
        if (mapping.isEventsourcePy()) {
            text.append(
                    schema.hasTxid()
                            ? ", eventsource-py 0.8 or later"
                            : ", without txid (eventsource-py before 0.8): its feed has no horizon");
        }
        return text.append(", position ")
                .append(mapping.position())
                .append(' ')
                .append(schema.typeOf(mapping.position()).toLowerCase(Locale.ROOT))
                .append(" from ")
                .append(schema.sequence())
                .toString();
    }
}
