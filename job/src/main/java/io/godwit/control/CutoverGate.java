package io.godwit.control;

import io.godwit.ledger.MigrationRow;
import io.godwit.model.MigrationException;

/** Whether a cutover may begin or go on. Decides only. */
public final class CutoverGate {

    private CutoverGate() {}

    /**
     * @throws MigrationException RECOVERABLE with what to do first
     */
    public static void check(MigrationRow row, boolean jobRuns) {
        switch (row.phase()) {
            case PENDING, BULK_COPY ->
                    throw refused(row, "the copy is not done; wait for DUAL_WRITE");
            case DUAL_WRITE -> {
                if (!jobRuns) {
                    throw refused(row, "its job does not run; 'godwit resume' it first");
                }
            }
            case ABORTED, FAILED -> throw refused(row, "it has ended: " + row.reason());
            case CUTOVER, COMPLETED -> {
                // A cutover that was interrupted goes on; a completed one is done.
            }
        }
    }

    private static MigrationException refused(MigrationRow row, String why) {
        return MigrationException.refused(
                row.name(), row.name() + " is " + row.phase() + " and cannot be cut over: " + why);
    }
}
