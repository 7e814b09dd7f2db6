package io.godwit.job;

import io.godwit.ledger.Ledger;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.model.Recoverability;
import java.sql.SQLException;

/**
 * Records why a job stops for good: the key as a dead letter, the reason in the audit, phase
 * FAILED.
 */
final class Failures {

    private Failures() {}

    static void record(Run run, MigrationException reason) {
        if (reason.recoverability() == Recoverability.TRANSIENT) {
            return;
        }
        try (Ledger ledger = new Ledger(run.ledger())) {
            ledger.deadLetter(run.migrationId(), reason);
            Phase phase = ledger.find(run.name()).orElseThrow().phase();
            if (phase == Phase.CUTOVER || phase.terminal()) {
                // Not the job decides what becomes of a cutover, nor of a migration that has ended.
                ledger.audit(run.migrationId(), "JOB_FAILED", reason.getMessage());
            } else {
                ledger.advance(run.migrationId(), Phase.FAILED, reason.getMessage());
            }
        } catch (SQLException e) {
            // The job stops with the reason in any case; that it could not be recorded goes with
            // it.
            reason.addSuppressed(e);
        }
    }
}
