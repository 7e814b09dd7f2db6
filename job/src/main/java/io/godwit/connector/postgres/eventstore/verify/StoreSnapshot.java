package io.godwit.connector.postgres.eventstore.verify;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;

/**
 * One store as it is at one time: everything read through it is of one snapshot. One query at a
 * time; {@link #cancel} from any thread.
 */
final class StoreSnapshot implements AutoCloseable {

    private final Connection connection;
    private final List<String> tenants;
    private final String tenantType;

    private StoreSnapshot(Connection connection, List<String> tenants, String tenantType) {
        this.connection = connection;
        this.tenants = tenants;
        this.tenantType = tenantType;
    }

    /**
     * @param rows how many
     * @param high the sum of the first halves of their hashes
     * @param low the sum of the second halves
     */
    record Digest(long rows, String high, String low) {}

    /** Returns when the snapshot is taken. */
    static StoreSnapshot open(PostgresEventStoreSpec spec, List<String> tenants, String migration) {
        Connection connection = null;
        try {
            connection = StoreSession.open(spec, migration);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT txid_current_snapshot()");
            }
            EventStoreMapping mapping = spec.eventStore();
            String type = StoreSchema.read(connection, mapping).typeOf(mapping.tenantId());
            return new StoreSnapshot(connection, tenants, type);
        } catch (SQLException | RuntimeException e) {
            closeAfter(connection, e);
            if (e instanceof SQLException sql) {
                throw PostgresErrors.of("Opening store " + spec.storeId() + " to compare it", sql);
            }
            throw (RuntimeException) e;
        }
    }

    String tenantType() {
        return tenantType;
    }

    /** First and last position of the whole table, at or below the given one. */
    Buckets buckets(EventStoreMapping mapping, long through) throws SQLException {
        String position = EventStoreMapping.quoted(mapping.position());
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT coalesce(min("
                                        + position
                                        + "), 0), coalesce(max("
                                        + position
                                        + "), 0) FROM "
                                        + mapping.quotedTable()
                                        + " WHERE "
                                        + position
                                        + " <= "
                                        + through)) {
            row.next();
            return Buckets.of(row.getLong(1), row.getLong(2));
        }
    }

    /**
     * By bucket. Read at once, for there are not many, and without a cursor the server may use
     * several processes.
     */
    Map<Long, Digest> digests(String query) throws SQLException {
        Map<Long, Digest> digests = new HashMap<>();
        try (PreparedStatement statement = prepare(query);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                digests.put(
                        rows.getLong(1),
                        new Digest(rows.getLong(2), rows.getString(3), rows.getString(4)));
            }
        }
        return digests;
    }

    RowCursor rows(String query, int values, int page) throws SQLException {
        PreparedStatement statement = prepare(query);
        try {
            return new RowCursor(statement, values, page);
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    private PreparedStatement prepare(String query) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query);
        for (int i = 0; i < tenants.size(); i++) {
            statement.setString(i + 1, tenants.get(i));
        }
        return statement;
    }

    /** The running query fails, if there is one. */
    void cancel() {
        try {
            connection.unwrap(PGConnection.class).cancelQuery();
        } catch (SQLException e) {
            // Its result is no longer wanted; the session ends soon, and the query with it.
        }
    }

    @Override
    public void close() {
        closeAfter(connection, null);
    }

    private static void closeAfter(Connection connection, Exception because) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            if (because != null) {
                because.addSuppressed(e);
            }
        }
    }
}
