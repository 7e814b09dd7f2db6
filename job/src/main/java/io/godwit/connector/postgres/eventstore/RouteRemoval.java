package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * Takes the routes of an aborted migration away again. Each call can be repeated; a store without
 * schema godwit has nothing to take away.
 */
public final class RouteRemoval {

    private RouteRemoval() {}

    /**
     * Forgets the tenants at the source, all of them or none: no switch can commit any more. The
     * rows are locked, so a switch that is under way comes first or finds no route.
     *
     * @return how many were there
     * @throws MigrationException RECOVERABLE when one has moved
     */
    public static int atSource(Connection source, List<String> tenants) throws SQLException {
        if (!routesExist(source)) {
            return 0;
        }
        source.setAutoCommit(false);
        try {
            refuseMoved(source, tenants);
            int removed =
                    delete(
                            source,
                            "DELETE FROM godwit.tenant_route WHERE tenant_id = ANY (?)",
                            tenants);
            source.commit();
            return removed;
        } catch (SQLException | RuntimeException e) {
            source.rollback();
            throw e;
        } finally {
            source.setAutoCommit(true);
        }
    }

    /** Forgets, at the target, the tenants that have not arrived. */
    public static int atTarget(Connection target, List<String> tenants) throws SQLException {
        return routesExist(target)
                ? delete(
                        target,
                        "DELETE FROM godwit.tenant_route WHERE tenant_id = ANY (?) AND state ="
                                + " 'moved'",
                        tenants)
                : 0;
    }

    /** The tenants of this store that still have a route, and so need its fence. */
    public static List<String> left(Connection store) throws SQLException {
        return routesExist(store)
                ? CatalogueQuery.list(
                        store,
                        "SELECT tenant_id FROM godwit.tenant_route ORDER BY 1",
                        row -> row.getString(1))
                : List.of();
    }

    private static void refuseMoved(Connection source, List<String> tenants) throws SQLException {
        String sql =
                "SELECT tenant_id, store_id, epoch, state FROM godwit.tenant_route"
                        + " WHERE tenant_id = ANY (?) ORDER BY tenant_id FOR UPDATE";
        Array array = source.createArrayOf("text", tenants.toArray());
        try (PreparedStatement statement = source.prepareStatement(sql)) {
            statement.setArray(1, array);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    if (row.getString(4).equals("moved")) {
                        throw MigrationException.refused(
                                row.getString(1),
                                "Tenant "
                                        + row.getString(1)
                                        + " has moved to store "
                                        + row.getString(2)
                                        + " (epoch "
                                        + row.getLong(3)
                                        + "): to abort now would leave what was written there"
                                        + " since. 'godwit rollback' brings it back with all of"
                                        + " it");
                    }
                }
            }
        } finally {
            array.free();
        }
    }

    private static int delete(Connection connection, String sql, List<String> tenants)
            throws SQLException {
        Array array = connection.createArrayOf("text", tenants.toArray());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, array);
            return statement.executeUpdate();
        } finally {
            array.free();
        }
    }

    private static boolean routesExist(Connection connection) throws SQLException {
        return CatalogueQuery.holds(
                connection, "SELECT to_regclass('godwit.tenant_route') IS NOT NULL");
    }
}
