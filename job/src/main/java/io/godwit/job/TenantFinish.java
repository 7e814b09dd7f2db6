package io.godwit.job;

import io.godwit.ledger.Ledger;
import io.godwit.model.MigrationException;
import java.sql.SQLException;

/**
 * The end of a bounded run: everything up to the head at its start is in the target. Nothing is
 * switched by it; a run with {@code continuous: true} goes on from there.
 */
record TenantFinish(Run run) implements ProgressOperator.Finish {

    @Override
    public void atEnd() {
        try (Ledger ledger = new Ledger(run.ledger())) {
            ledger.audit(run.migrationId(), "COPIED", "every event up to the head is applied");
        } catch (SQLException e) {
            throw MigrationException.transientFailure(
                    "ledger", "Recording the end of the copy failed: " + e.getMessage(), e);
        }
    }
}
