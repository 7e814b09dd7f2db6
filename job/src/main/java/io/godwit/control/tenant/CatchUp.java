package io.godwit.control.tenant;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Applies what a flow has left, behind the gap fence, in this process: no job has to run for it.
 */
final class CatchUp {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final SwitchDirection direction;

    CatchUp(SwitchDirection direction) {
        this.direction = direction;
    }

    /**
     * Everything that was there when it was called is applied when it returns.
     *
     * @param patience longest wait for a transaction that has drawn a position and stays open
     * @return the position up to which everything is applied
     */
    long run(Duration patience) {
        try (EventTableLog log = direction.log(direction.tenants());
                Drain drain = new Drain(log, direction.into().open());
                Connection to = direction.to().open(direction.migration())) {
            long head = head(log, patience);
            long cursor = direction.forth().read(to).orElse(0);
            drain.apply(cursor, head);
            direction.forth().raise(to, head);
            return head;
        } catch (SQLException e) {
            throw PostgresErrors.of("Catching up with store " + direction.from().storeId(), e);
        }
    }

    /** The last position that is final; waits until there is one. */
    static long head(EventTableLog log, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            long head = log.head(0);
            if (head != EventTableLog.UNKNOWN) {
                return head;
            }
            if (System.nanoTime() > deadline) {
                throw MigrationException.refused(
                        "head",
                        "The last position was not final after "
                                + patience
                                + ": a transaction that has drawn a position is still open. End it"
                                + " and try again");
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }
}
