package io.godwit.job;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.RouteRemoval;
import io.godwit.connector.postgres.eventstore.WriteFence;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** The write fence of a store, which several migrations may need at once. */
final class TenantFences {

    private TenantFences() {}

    /**
     * Leaves the fence to those that still have a route, and removes it when there is none. One who
     * gets a route meanwhile is seen by the second look, or looks for the fence after that.
     */
    static void release(PostgresEventStoreSpec store, Connection connection, String migration)
            throws SQLException {
        WriteFence fence = new WriteFence(store, migration);
        if (RouteRemoval.left(connection).isEmpty()) {
            fence.remove();
        }
        List<String> left = RouteRemoval.left(connection);
        if (!left.isEmpty()) {
            fence.install(left);
        }
    }
}
