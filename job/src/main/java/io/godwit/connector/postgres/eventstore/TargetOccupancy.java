package io.godwit.connector.postgres.eventstore;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Who is in a target before a tenant moves in.
 *
 * @param tenants it has events of the tenants that move
 * @param others it has events of others, or of nobody
 * @param readers somebody may be following its positions. Where the store keeps no checkpoints that
 *     Godwit knows, whoever has events may have readers
 */
public record TargetOccupancy(boolean tenants, boolean others, boolean readers) {

    /** Without a table there is nothing in it. */
    public static final TargetOccupancy NONE = new TargetOccupancy(false, false, false);

    public static TargetOccupancy of(Connection target, StoreSchema schema, List<String> tenants)
            throws SQLException {
        if (!schema.exists()) {
            return NONE;
        }
        String column = EventStoreMapping.quoted(schema.mapping().tenantId());
        boolean own = anyRow(target, schema, column + " = ANY (?)", tenants);
        boolean others =
                anyRow(target, schema, column + " IS NULL OR " + column + " <> ALL (?)", tenants);
        boolean readers =
                schema.companions().checkpoints()
                        ? CatalogueQuery.holds(
                                target,
                                "SELECT EXISTS (SELECT 1 FROM "
                                        + schema.mapping().besideTable("projection_checkpoints")
                                        + ")")
                        : others;
        return new TargetOccupancy(own, others, readers);
    }

    private static boolean anyRow(
            Connection target, StoreSchema schema, String condition, List<String> tenants)
            throws SQLException {
        String type = schema.typeOf(schema.mapping().tenantId());
        String sql =
                "SELECT EXISTS (SELECT 1 FROM "
                        + schema.mapping().quotedTable()
                        + " WHERE "
                        + condition.replace("(?)", "(CAST(? AS " + type + "[]))")
                        + ")";
        Array array = target.createArrayOf("text", tenants.toArray());
        try (PreparedStatement statement = target.prepareStatement(sql)) {
            statement.setArray(1, array);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        } finally {
            array.free();
        }
    }
}
