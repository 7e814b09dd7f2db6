package io.godwit.connector.postgres.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.OptionalLong;

/** What a store's database says of a flow before the flow runs. */
public final class FlowRecord {

    private FlowRecord() {}

    /** How far it has come; empty before its first row, and where there is no schema godwit yet. */
    public static OptionalLong read(Connection store, AppliedThrough flow) throws SQLException {
        return exists(store) ? flow.read(store) : OptionalLong.empty();
    }

    /**
     * For a migration that begins anew: what an earlier one of its name has left may be of rows
     * that somebody has deleted since, and would be believed.
     */
    public static void forget(Connection store, AppliedThrough flow) throws SQLException {
        if (!exists(store)) {
            return;
        }
        try (PreparedStatement statement =
                store.prepareStatement(
                        "DELETE FROM godwit.applied_through WHERE migration = ?"
                                + " AND from_store = ?")) {
            statement.setString(1, flow.migration());
            statement.setString(2, flow.fromStore());
            statement.executeUpdate();
        }
    }

    private static boolean exists(Connection store) throws SQLException {
        return CatalogueQuery.holds(
                store, "SELECT to_regclass('godwit.applied_through') IS NOT NULL");
    }
}
