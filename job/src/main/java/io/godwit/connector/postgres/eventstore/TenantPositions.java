package io.godwit.connector.postgres.eventstore;

import io.godwit.model.Finding;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Where the events of some tenants lie in a store of many. Reads only; waits for nobody. */
public final class TenantPositions {

    /** Positions are at least this, so a copy that begins here misses nothing. */
    public static final long LEAST = 1;

    private TenantPositions() {}

    /**
     * A position below which these tenants have no event and never will.
     *
     * <p>The lowest one that can be seen is not enough: a writer that is still open may have drawn
     * one below it. So the fence is taken first. If it is final at L, everything up to L is seen by
     * the look that follows, and what is not seen will be above L.
     *
     * @param source in autocommit
     */
    public static long first(Connection source, StoreSchema schema, List<String> tenants)
            throws SQLException {
        if (schema.tenantIndex().isEmpty()) {
            return LEAST;
        }
        Fence fence = new GapFence(source, schema.mapping()).take();
        if (!fence.isFinal()) {
            return LEAST;
        }
        long behind = Math.max(LEAST, fence.position() + 1);
        Long lowest = number("min", source, schema, tenants, Long.MAX_VALUE);
        return lowest == null ? behind : Math.max(LEAST, Math.min(lowest, behind));
    }

    /** A store whose positions begin below what is read; empty where they do not. */
    public static Optional<Finding> tooLow(Connection source, EventStoreMapping mapping)
            throws SQLException {
        String lowest =
                CatalogueQuery.text(
                        source,
                        "SELECT min("
                                + EventStoreMapping.quoted(mapping.position())
                                + ") FROM "
                                + mapping.quotedTable());
        return lowest == null || Long.parseLong(lowest) >= LEAST
                ? Optional.empty()
                : Optional.of(
                        Finding.problem(
                                "the source's positions begin at " + lowest,
                                "Godwit reads from "
                                        + LEAST
                                        + " on; number the events from there, with a sequence that"
                                        + " has MINVALUE "
                                        + LEAST));
    }

    /** How many events these tenants have up to a position. */
    public static long count(
            Connection source, StoreSchema schema, List<String> tenants, long through)
            throws SQLException {
        return number("count", source, schema, tenants, through);
    }

    private static Long number(
            String aggregate,
            Connection source,
            StoreSchema schema,
            List<String> tenants,
            long through)
            throws SQLException {
        EventStoreMapping mapping = schema.mapping();
        String position = EventStoreMapping.quoted(mapping.position());
        String sql =
                "SELECT "
                        + aggregate
                        + "("
                        + position
                        + ") FROM "
                        + mapping.quotedTable()
                        + " WHERE "
                        + EventStoreMapping.quoted(mapping.tenantId())
                        + " = ANY (CAST(? AS "
                        + schema.typeOf(mapping.tenantId())
                        + "[])) AND "
                        + position
                        + " <= ?";
        Array array = source.createArrayOf("text", tenants.toArray());
        try (PreparedStatement statement = source.prepareStatement(sql)) {
            statement.setArray(1, array);
            statement.setLong(2, through);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getObject(1, Long.class);
            }
        } finally {
            array.free();
        }
    }
}
