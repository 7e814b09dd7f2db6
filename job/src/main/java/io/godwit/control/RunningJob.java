package io.godwit.control;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.RunLock;
import io.godwit.model.MigrationException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Whether a job of a migration is alive. Its lock in the ledger says so while it runs; between a
 * loss of the ledger's server and the job's restart the lock is free although the job lives, so
 * Flink is asked as well. A cluster that cannot be reached runs nothing that anybody could stop.
 */
public final class RunningJob {

    private RunningJob() {}

    public static boolean of(Ledger ledger, String name) throws SQLException {
        if (RunLock.isTaken(ledger, name)) {
            return true;
        }
        Optional<MigrationRow> row = ledger.find(name);
        return row.isPresent() && lives(row.get());
    }

    private static boolean lives(MigrationRow row) {
        if (row.jobId() == null || row.flinkUrl() == null) {
            return false;
        }
        try {
            return new FlinkRest(row.flinkUrl()).lives(row.jobId());
        } catch (MigrationException e) {
            // Refused or not to be reached: nothing there can be stopped, nor waited for.
            return false;
        }
    }
}
