package io.godwit.router;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What one store's database says in {@code godwit.tenant_route} about who takes a tenant's appends.
 * A database without that table, and one whose table this role may not read, says nothing; it is
 * not asked again for a while, so that its log is not filled with refusals. Any number of threads.
 */
final class RouteTable {

    private static final String MOVED =
            "SELECT store_id, epoch FROM godwit.tenant_route"
                    + " WHERE tenant_id = ? AND state = 'moved'";

    private final String storeId;
    private final DataSource dataSource;
    private final long silenceNanos;

    /** When the table could not be read; 0 if it could. */
    private volatile long silentSince;

    RouteTable(String storeId, DataSource dataSource, long silenceNanos) {
        this.storeId = storeId;
        this.dataSource = dataSource;
        this.silenceNanos = silenceNanos;
    }

    /** Where the tenant has moved from here; empty if nothing is said of a move. */
    Optional<Route> moved(String tenant) {
        long silent = silentSince;
        if (silent != 0 && System.nanoTime() - silent < silenceNanos) {
            return Optional.empty();
        }
        try (Session session = Session.reading(dataSource);
                PreparedStatement statement = session.connection().prepareStatement(MOVED)) {
            statement.setString(1, tenant);
            try (ResultSet row = statement.executeQuery()) {
                silentSince = 0;
                return row.next()
                        ? Optional.of(new Route(row.getString(1), row.getLong(2)))
                        : Optional.empty();
            }
        } catch (SQLException e) {
            if (e.getSQLState() != null && SqlStates.NOT_READABLE.contains(e.getSQLState())) {
                silentSince = System.nanoTime() | 1;
                return Optional.empty();
            }
            throw new EventStoreException(
                    "Store %s does not say where tenant %s is: %s"
                            .formatted(storeId, tenant, e.getMessage()),
                    e);
        }
    }
}
