package io.godwit.connector.postgres.eventstore;

import io.godwit.model.Finding;
import io.godwit.spec.Checks;
import io.godwit.spec.TenantOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at both stores before a tenant's migration: tables, columns, constraints, rights, servers
 * and rows. Reads only; every problem says what to do about it.
 */
public final class StoreSchemaCheck {

    private final TenantOptions options;
    private final String migration;
    private final List<Finding> findings = new ArrayList<>();

    private StoreSchemaCheck(TenantOptions options, String migration) {
        this.options = options;
        this.migration = migration;
    }

    /**
     * @param source null when the source cannot be reached
     * @param target null when the target cannot be reached; without columns where its tables are
     *     still to be created
     */
    public record Result(List<Finding> findings, StoreSchema source, StoreSchema target) {

        public boolean ready() {
            return findings.stream().noneMatch(Finding::stops);
        }
    }

    /** Which of the two stores is looked at. */
    enum Side {
        SOURCE,
        TARGET;

        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * @param resumed the migration has begun before, so the target may have the tenants' rows
     */
    public static Result check(
            PostgresEventStoreSpec source,
            PostgresEventStoreSpec target,
            TenantOptions options,
            String migration,
            boolean resumed) {
        StoreSchemaCheck check = new StoreSchemaCheck(options, migration);
        if (source.storeId().equals(target.storeId())) {
            check.findings.add(
                    Finding.problem(
                            "source and target both have the store_id " + source.storeId(),
                            "give each store an id of its own: a route tells them apart by it"));
        }
        List<String> identities = new ArrayList<>();
        StoreSchema sourceSchema = check.store(Side.SOURCE, source, resumed, identities);
        StoreSchema targetSchema = check.store(Side.TARGET, target, resumed, identities);
        if (identities.size() == 2 && identities.get(0).equals(identities.get(1))) {
            check.findings.add(
                    Finding.problem(
                            "source.url and target.url lead to the same database",
                            "correct one of them: a tenant moves to another database, for each"
                                    + " database has one route for it"));
        }
        if (usable(sourceSchema) && usable(targetSchema)) {
            check.findings.addAll(ColumnMatch.check(sourceSchema, targetSchema, options));
        }
        return new Result(List.copyOf(check.findings), sourceSchema, targetSchema);
    }

    private static boolean usable(StoreSchema schema) {
        return schema != null && schema.exists() && schema.missing().isEmpty();
    }

    private StoreSchema store(
            Side side, PostgresEventStoreSpec spec, boolean resumed, List<String> identities) {
        try (Connection connection = spec.open(migration)) {
            connection.setReadOnly(true);
            identities.add(
                    CatalogueQuery.text(
                            connection,
                            """
                            SELECT s.system_identifier || '/' || d.oid
                            FROM pg_control_system() s, pg_database d
                            WHERE d.datname = current_database()
                            """));
            StoreSchema schema = StoreSchema.read(connection, spec.eventStore());
            findings.addAll(StoreServerCheck.check(connection, side, options));
            findings.addAll(new StoreTableCheck(side, spec, schema, options).check(connection));
            if (usable(schema)) {
                findings.addAll(new StoreRights(side, schema, options).check(connection));
                findings.addAll(
                        new StoreRowsCheck(side, schema, options, resumed).check(connection));
            }
            return schema;
        } catch (SQLException e) {
            findings.add(failed(side, spec, e));
            return null;
        }
    }

    private static Finding failed(Side side, PostgresEventStoreSpec spec, SQLException e) {
        String state = String.valueOf(e.getSQLState());
        String what =
                "the "
                        + side
                        + ", PostgreSQL at "
                        + Checks.withoutQuery(spec.url())
                        + ": "
                        + e.getMessage();
        if (state.equals("42501")) {
            return Finding.problem(what, "GRANT it to " + side + ".user");
        }
        return Finding.unreachable(
                what,
                state.startsWith("28")
                        ? "correct " + side + ".user and " + side + ".password"
                        : "check " + side + ".url and that the server runs");
    }
}
