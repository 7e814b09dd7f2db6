package io.godwit.control.tenant;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.OldSnapshots;
import io.godwit.connector.postgres.eventstore.WriteFence;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether a switch would be short and right: both fences stand, nobody appends under a snapshot
 * from before the routes, and the flow follows. Reads only. A switch that begins although something
 * of this changes is rolled back or waits; it loses nothing.
 */
final class TenantReadiness {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

    private final SwitchDirection direction;
    private final long mostLag;
    private final Duration patience;

    /**
     * @param mostLag events that may be missing in the other store
     * @param patience longest wait for each of the conditions
     */
    TenantReadiness(SwitchDirection direction, long mostLag, Duration patience) {
        this.direction = direction;
        this.mostLag = mostLag;
        this.patience = patience;
    }

    /**
     * Both stores are closed to whom they have to be.
     *
     * @throws MigrationException RECOVERABLE with what is missing
     */
    void awaitFences() {
        requireFence(new WriteFence(direction.from(), direction.migration()), "left");
        requireFence(new WriteFence(direction.to(), direction.migration()), "moved to");
        try (Connection from = direction.from().open(direction.migration())) {
            for (String tenant : direction.tenants()) {
                awaitOldSnapshots(from, tenant);
            }
        } catch (SQLException e) {
            throw PostgresErrors.of("Looking whether tenants can be switched", e);
        }
    }

    /**
     * The job's tail follows.
     *
     * @return a position up to which everything is final in the store that is left, and, but for
     *     the lag that is allowed, applied in the other one
     * @throws MigrationException RECOVERABLE with how far it is
     */
    long awaitFlow() {
        long head = provedHead();
        try (Connection from = direction.from().open(direction.migration())) {
            awaitApplied(from, head);
            return head;
        } catch (SQLException e) {
            throw PostgresErrors.of("Looking how far the flow is", e);
        }
    }

    private void requireFence(WriteFence fence, String which) {
        if (!fence.isInstalled(direction.tenants())) {
            throw MigrationException.refused(
                    direction.migration(),
                    "The write fence of the store that is "
                            + which
                            + " is not there, or not as it should be: somebody has dropped or"
                            + " disabled a trigger. 'godwit pause' and 'godwit resume' install it"
                            + " again");
        }
    }

    private void awaitOldSnapshots(Connection from, String tenant) throws SQLException {
        try {
            List<OldSnapshots.Session> old =
                    new OldSnapshots(direction.from().eventStore()).await(from, tenant, patience);
            if (!old.isEmpty()) {
                throw MigrationException.refused(
                        tenant,
                        "Transactions from before the migration are still open and could append"
                                + " unseen: "
                                + old
                                + ". End them and try again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MigrationException.transientFailure(tenant, "Interrupted while waiting", e);
        }
    }

    private long provedHead() {
        try (EventTableLog log = direction.log(direction.tenants())) {
            return CatchUp.head(log, patience);
        }
    }

    private void awaitApplied(Connection from, long head) throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        try (Connection to = direction.to().open(direction.migration())) {
            while (true) {
                long applied = direction.forth().read(to).orElse(0);
                if (applied >= head) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    long lag = lag(from, applied, head);
                    if (lag <= mostLag) {
                        return;
                    }
                    throw MigrationException.refused(
                            "lag",
                            "The flow to store "
                                    + direction.to().storeId()
                                    + " has applied through "
                                    + applied
                                    + ", and "
                                    + lag
                                    + " events up to "
                                    + head
                                    + " are missing after "
                                    + patience
                                    + " (cutover_max_lag_events: "
                                    + mostLag
                                    + "); look at the job, and try again");
                }
                LockSupport.parkNanos(LOOK_AGAIN.toNanos());
            }
        }
    }

    private long lag(Connection from, long applied, long head) throws SQLException {
        EventStoreMapping mapping = direction.from().eventStore();
        String position = EventStoreMapping.quoted(mapping.position());
        String sql =
                "SELECT count(*) FROM "
                        + mapping.quotedTable()
                        + " WHERE "
                        + position
                        + " > ? AND "
                        + position
                        + " <= ? AND CAST("
                        + EventStoreMapping.quoted(mapping.tenantId())
                        + " AS text) = ANY (?)";
        try (PreparedStatement statement = from.prepareStatement(sql)) {
            statement.setLong(1, applied);
            statement.setLong(2, head);
            statement.setArray(3, from.createArrayOf("text", direction.tenants().toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }
}
