package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.companion.CutoverLock;
import io.godwit.job.EventsourceMirror;
import io.godwit.model.MigrationException;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * One cutover of a tenant at a time, eventsource-py's or ours: its advisory locks, for as long as
 * this is open, and its control tables.
 */
final class Interop implements AutoCloseable {

    private final MigrationSpec spec;
    private final EventsourceMirror mirror;

    private Interop(MigrationSpec spec, EventsourceMirror mirror) {
        this.spec = spec;
        this.mirror = mirror;
    }

    /** Waits for another cutover to end, as long as the turn has patience. */
    static Interop open(Turn turn) throws SQLException {
        MigrationSpec spec = turn.spec();
        Interop interop =
                new Interop(spec, EventsourceMirror.open(turn.database(), spec, turn.row().id()));
        try {
            interop.lock(turn.patience());
            return interop;
        } catch (SQLException | RuntimeException e) {
            interop.close();
            throw e;
        }
    }

    /** The locks end with the session. */
    private void lock(Duration patience) throws SQLException {
        for (String tenant : spec.tenant().tenants()) {
            try {
                Optional<CutoverLock> lock =
                        CutoverLock.acquire(mirror.session(), tenant, patience);
                if (lock.isEmpty()) {
                    throw MigrationException.refused(
                            tenant,
                            "Another cutover of tenant "
                                    + tenant
                                    + " is under way: its lock, advisory lock "
                                    + CutoverLock.id(tenant)
                                    + " of the ledger's database, was not free within "
                                    + patience);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw MigrationException.transientFailure(tenant, "Interrupted while waiting", e);
            }
        }
    }

    EventsourceMirror mirror() {
        return mirror;
    }

    @Override
    public void close() throws SQLException {
        mirror.close();
    }
}
