package io.godwit.connector.postgres.eventstore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.model.Finding;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/**
 * How the source would find one tenant's events in the order of their positions. The planner is
 * asked (EXPLAIN), nothing is read.
 *
 * @param tenant whose
 * @param index the index on (tenant, position); null when there is none
 * @param access what the planner would do for a page now: a node and its index, if any
 * @param pageCost the planner's cost of one page in the middle of the table
 * @param events how many events of the tenant the planner expects
 * @param tableRows how many rows the planner counts in the table; -1 when it was never analysed
 * @param createIndex the statement that makes the index
 */
public record PlanIndex(
        String tenant,
        String index,
        String access,
        double pageCost,
        long events,
        long tableRows,
        String createIndex)
        implements Serializable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Below it, any way to read the table is quick. */
    private static final long BIG_TABLE = 100_000;

    /**
     * @param schema of a table that has the mapping's columns
     * @param page rows of one read
     */
    public static PlanIndex of(Connection connection, StoreSchema schema, String tenant, int page)
            throws SQLException {
        EventStoreMapping mapping = schema.mapping();
        String position = EventStoreMapping.quoted(mapping.position());
        String rows =
                " FROM "
                        + mapping.quotedTable()
                        + " WHERE "
                        + EventStoreMapping.quoted(mapping.tenantId())
                        + " = CAST(? AS "
                        + schema.typeOf(mapping.tenantId())
                        + ")";
        JsonNode all = explain(connection, "SELECT *" + rows, tenant);
        // Later pages matter: early ones look cheap on whatever index the planner takes.
        String middle = String.valueOf(highest(connection, mapping, position) / 2);
        JsonNode one =
                explain(
                        connection,
                        "SELECT *"
                                + rows
                                + " AND "
                                + position
                                + " > CAST(? AS bigint) ORDER BY "
                                + position
                                + " LIMIT "
                                + page,
                        tenant,
                        middle);
        return new PlanIndex(
                tenant,
                schema.feedIndex().map(StoreSchema.Index::name).orElse(null),
                access(one),
                one.path("Total Cost").asDouble(),
                all.path("Plan Rows").asLong(),
                tableRows(connection, mapping),
                createIndex(schema));
    }

    private static long highest(Connection connection, EventStoreMapping mapping, String position)
            throws SQLException {
        // Through the position's index: one page, however large the table.
        return CatalogueQuery.list(
                        connection,
                        "SELECT COALESCE(max(" + position + "), 0) FROM " + mapping.quotedTable(),
                        row -> row.getLong(1))
                .get(0);
    }

    private static JsonNode explain(Connection connection, String sql, String... parameters)
            throws SQLException {
        String plan = CatalogueQuery.text(connection, "EXPLAIN (FORMAT JSON) " + sql, parameters);
        try {
            return JSON.readTree(plan).path(0).path("Plan");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Not a plan in JSON: " + plan, e);
        }
    }

    /** The innermost node that reads the table, on its most expensive branch. */
    private static String access(JsonNode plan) {
        JsonNode node = plan;
        while (node.path("Plans").size() > 0
                && !node.path("Node Type").asText().startsWith("Bitmap Heap")) {
            node = mostExpensive(node.path("Plans"));
        }
        JsonNode named = node.has("Index Name") ? node : node.path("Plans").path(0);
        String type = node.path("Node Type").asText();
        return named.has("Index Name") ? type + " on " + named.path("Index Name").asText() : type;
    }

    private static JsonNode mostExpensive(JsonNode plans) {
        JsonNode most = plans.path(0);
        for (JsonNode plan : plans) {
            if (plan.path("Total Cost").asDouble() > most.path("Total Cost").asDouble()) {
                most = plan;
            }
        }
        return most;
    }

    private static long tableRows(Connection connection, EventStoreMapping mapping)
            throws SQLException {
        String sql =
                """
                SELECT CASE WHEN bool_or(c.reltuples < 0) THEN -1 ELSE sum(c.reltuples) END
                FROM pg_class c
                WHERE c.oid = to_regclass(?) AND c.relkind <> 'p'
                   OR c.oid IN (SELECT relid FROM pg_partition_tree(to_regclass(?)) WHERE isleaf)
                """;
        String table = mapping.quotedTable();
        List<Double> sum =
                CatalogueQuery.list(connection, sql, row -> row.getDouble(1), table, table);
        return sum.get(0).longValue();
    }

    private static String createIndex(StoreSchema schema) {
        EventStoreMapping mapping = schema.mapping();
        // PostgreSQL has no CONCURRENTLY for a partitioned table as a whole.
        return "CREATE INDEX "
                + (schema.partitioned() ? "" : "CONCURRENTLY ")
                + "ON "
                + mapping.quotedTable()
                + " ("
                + EventStoreMapping.quoted(mapping.tenantId())
                + ", "
                + EventStoreMapping.quoted(mapping.position())
                + ")";
    }

    /** What a plan says about it. */
    public Finding finding() {
        String reads =
                "tenant "
                        + tenant
                        + ": about "
                        + events
                        + " events of "
                        + (tableRows < 0 ? "a table without statistics" : tableRows + " rows");
        String plan =
                reads
                        + ", read by "
                        + access
                        + String.format(Locale.ROOT, ", %.0f cost a page", pageCost);
        if (index != null) {
            return Finding.good(plan + "; " + index + " is on (tenant, position)");
        }
        return tableRows >= 0 && tableRows < BIG_TABLE
                ? Finding.good(plan + " (the table is small)")
                : new Finding(
                        Finding.Weight.NOTE,
                        plan + ": no index on (tenant, position)",
                        "for a quicker copy: " + createIndex);
    }
}
