package io.godwit.job;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.model.Recoverability;
import io.godwit.port.FailureLog;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Records why a tenant's job stops for good: in the ledger and, when the migration has failed with
 * it, in eventsource-py's control tables. There it would stay active otherwise, and keep the next
 * one of its tenants out.
 */
record TenantFailures(Run run, MigrationSpec spec) implements FailureLog {

    @Override
    public void record(MigrationException reason) {
        Failures.record(run, reason);
        tell(reason);
    }

    /** For a reason that the ledger has been told of: it decides whether that is the end. */
    void tell(MigrationException reason) {
        if (reason.recoverability() == Recoverability.TRANSIENT) {
            return;
        }
        try (Ledger ledger = new Ledger(run.ledger())) {
            Optional<MigrationRow> row = ledger.find(run.name());
            if (row.isPresent()
                    && row.get().id() == run.migrationId()
                    && row.get().phase() == Phase.FAILED) {
                tell(row.get());
            }
        } catch (SQLException | MigrationException e) {
            // The job stops with the reason in any case; an abort tells them later.
            reason.addSuppressed(e);
        }
    }

    private void tell(MigrationRow failed) throws SQLException {
        try (EventsourceMirror mirror =
                EventsourceMirror.open(run.ledger(), spec, run.migrationId())) {
            mirror.ended(failed);
        }
    }
}
