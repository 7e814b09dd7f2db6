package io.godwit.control.tenant;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.OwnPositions;
import io.godwit.connector.postgres.eventstore.TenantRoute;
import io.godwit.connector.postgres.eventstore.TenantRoutes;
import io.godwit.connector.postgres.eventstore.TenantSwitch;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The actions of one tenant's switch on the two databases, but for the drain. One session in each;
 * after a loss both are opened anew. Used by one thread.
 */
final class SwitchSession implements AutoCloseable {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

    private final SwitchDirection direction;
    private final String tenant;
    private final TenantSwitch steps;
    private final TenantRoutes fromRoutes;
    private final TenantRoutes toRoutes;
    private Connection from;
    private Connection to;
    private Optional<TenantRoute> left = Optional.empty();
    private Optional<TenantRoute> taken = Optional.empty();
    private TenantRoute moving;

    SwitchSession(SwitchDirection direction, String tenant) {
        this.direction = direction;
        this.tenant = tenant;
        this.steps = new TenantSwitch(direction.from().eventStore());
        this.fromRoutes = new TenantRoutes(direction.from().eventStore());
        this.toRoutes = new TenantRoutes(direction.to().eventStore());
    }

    /**
     * @param patience longest wait for another switch that is under way
     */
    Whereabouts observe(Duration patience) throws SQLException {
        connect();
        long deadline = System.nanoTime() + patience.toNanos();
        while (steps.isUnderWay(from, tenant)) {
            if (System.nanoTime() > deadline) {
                throw MigrationException.refused(
                        tenant,
                        "Another session has held the lock of tenant "
                                + tenant
                                + " for "
                                + patience
                                + ": a cutover that is under way elsewhere; wait for its end and"
                                + " try again");
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
        left = fromRoutes.read(from, tenant);
        taken = toRoutes.read(to, tenant);
        return Whereabouts.of(left, taken, direction.to().storeId());
    }

    /** What {@link #observe} saw, for people. */
    String routes() {
        return "store "
                + direction.from().storeId()
                + " says "
                + left.map(TenantRoute::toString).orElse("nothing")
                + ", store "
                + direction.to().storeId()
                + " says "
                + taken.map(TenantRoute::toString).orElse("nothing");
    }

    /** How far the flow into the other store has come; 0 before its first event. */
    long cursor() throws SQLException {
        return direction.forth().read(to).orElse(0);
    }

    SwitchOutcome lock(Duration timeout) throws SQLException {
        from.setAutoCommit(false);
        try (Statement statement = from.createStatement()) {
            long lease = direction.lease().toMillis();
            // The server is the lease: whatever becomes of this process, the writers go on.
            statement.execute(
                    "SET LOCAL idle_in_transaction_session_timeout = "
                            + lease
                            + "; SET LOCAL statement_timeout = "
                            + lease);
        }
        if (!steps.lockExclusively(from, tenant, timeout)) {
            rollback();
            return SwitchOutcome.HELD;
        }
        if (!fromRoutes.read(from, tenant).map(TenantRoute::open).orElse(false)) {
            rollback();
            return SwitchOutcome.OVERTAKEN;
        }
        return SwitchOutcome.DONE;
    }

    /** Who held the lock, for people. */
    String openAppends() throws SQLException {
        return String.join(", ", steps.openAppends(from, tenant));
    }

    long readEnd(long above) throws SQLException {
        return steps.lastPosition(from, tenant, above).orElse(above);
    }

    /**
     * Changes the route. With it goes the place from which the flow back begins: what the other
     * store has now, it has from this one. Where another tenant of the migration has moved before,
     * that is no longer so, and its place stands.
     *
     * @param end the tenant's last position here
     */
    void move(long end) throws SQLException {
        keepPlaces(end);
        String store = direction.to().storeId();
        long epoch = steps.move(from, tenant, store);
        moving = new TenantRoute(tenant, store, epoch, TenantRoute.State.MOVED);
        prepareOpening(epoch);
    }

    private void keepPlaces(long end) throws SQLException {
        boolean first = true;
        for (String other : direction.tenants()) {
            first &=
                    other.equals(tenant)
                            || fromRoutes.read(from, other).map(TenantRoute::open).orElse(true);
        }
        Map<AppliedThrough, Long> places = new HashMap<>();
        // No append of the tenant can be at or below it: those are drawn later.
        long last = OwnPositions.lastPosition(to, direction.to().eventStore());
        places.put(direction.copied(tenant), last);
        places.put(direction.left(tenant), end);
        if (first) {
            places.put(direction.back(), last);
        }
        AppliedThrough.raise(from, places);
    }

    /**
     * What will be done behind the lock, but for the move itself, in transactions that are rolled
     * back: the first time that a session meets a table and this process its own code takes longer
     * than any other, and the writers would wait for it.
     *
     * @param cursor as {@link #cursor} said
     */
    void rehearse(long cursor) throws SQLException {
        from.setAutoCommit(false);
        fromRoutes.read(from, tenant);
        steps.rehearse(from, tenant, cursor);
        keepPlaces(cursor);
        prepareOpening(left.orElseThrow().epoch() + 1);
        rollback();
    }

    void commit() throws SQLException {
        from.commit();
        from.setAutoCommit(true);
        left = Optional.of(moving);
    }

    void rollback() throws SQLException {
        for (Connection connection : List.of(from, to)) {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    /** What is left of it after the move is a COMMIT, for the writers wait. */
    void open() throws SQLException {
        if (to.getAutoCommit()) {
            prepareOpening(left.orElseThrow().epoch());
        }
        to.commit();
        to.setAutoCommit(true);
    }

    /** Leaves a transaction open that nobody sees before {@link #open}. */
    private void prepareOpening(long epoch) throws SQLException {
        to.setAutoCommit(false);
        direction.beforeOpen().run(to);
        toRoutes.open(to, tenant, direction.to().storeId(), epoch);
    }

    long epoch() {
        return left.map(TenantRoute::epoch).orElse(0L);
    }

    private void connect() throws SQLException {
        if (from == null) {
            from = direction.from().open(direction.migration());
        }
        if (to == null) {
            to = direction.to().open(direction.migration());
            direction.beforeOpen().lookUp(to);
        }
    }

    /** Gives both sessions up: the server rolls back whatever was open in them. */
    @Override
    public void close() {
        Connection first = from;
        Connection second = to;
        from = null;
        to = null;
        abandon(first);
        abandon(second);
    }

    private static void abandon(Connection connection) {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            if (!PostgresErrors.isTransient(e)) {
                throw PostgresErrors.of("Closing a session", e);
            }
            // It was broken, which is why it is given up.
        }
    }
}
