package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.replication.ReplicationFeed;
import io.godwit.connector.postgres.replication.SlotState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The life of the slot and the publication of a tenant's migration in its source: made before the
 * job starts, dropped when it has ended for good. Every call can be repeated.
 */
public final class LogicalFeeds {

    private LogicalFeeds() {}

    private interface Call<T> {
        T on(ReplicationFeed feed) throws SQLException;
    }

    /**
     * @param patience longest wait for transactions that write, when the slot is made
     * @throws io.godwit.model.MigrationException RECOVERABLE with those it waited for in vain
     */
    public static void ensure(PostgresEventStoreSpec source, String migration, Duration patience) {
        call(
                "Creating the replication slot",
                source,
                migration,
                feed -> {
                    feed.ensure(patience);
                    return null;
                });
    }

    /** Also from under a job that still reads it: its tail ends with an error. */
    public static boolean drop(PostgresEventStoreSpec source, String migration) {
        return call("Dropping the replication slot", source, migration, ReplicationFeed::drop);
    }

    /** For a status. */
    public static Optional<SlotState> state(PostgresEventStoreSpec source, String migration) {
        return call("Looking at the replication slot", source, migration, ReplicationFeed::state);
    }

    /** Slots of ours in the source's database, of whatever migration. */
    public static List<SlotState> leftBehind(PostgresEventStoreSpec source, String migration) {
        try (Connection connection = source.open(migration)) {
            return ReplicationFeed.leftBehind(connection);
        } catch (SQLException e) {
            throw PostgresErrors.of("Looking for replication slots", e);
        }
    }

    private static <T> T call(
            String what, PostgresEventStoreSpec source, String migration, Call<T> call) {
        try (Connection connection = source.open(migration)) {
            return call.on(
                    new ReplicationFeed(connection, migration, source.eventStore().quotedTable()));
        } catch (SQLException e) {
            throw PostgresErrors.of(what, e);
        }
    }
}
