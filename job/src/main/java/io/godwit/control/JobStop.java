package io.godwit.control;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends a migration's job, with a savepoint or without, and waits until it has let go of the ledger.
 */
public final class JobStop {

    private static final Duration SAVEPOINT = Duration.ofMinutes(5);
    private static final Duration LETTING_GO = Duration.ofMinutes(1);

    private final Ledger ledger;
    private final MigrationRow row;

    public JobStop(Ledger ledger, MigrationRow row) {
        this.ledger = ledger;
        this.row = row;
    }

    /**
     * @param directory null for the cluster's own
     * @return the savepoint's path, which is in the ledger too
     */
    public String withSavepoint(String directory) throws SQLException {
        String path = flink().stopWithSavepoint(row.jobId(), directory, SAVEPOINT);
        ledger.savepoint(row.id(), path);
        awaitEnd();
        return path;
    }

    /**
     * For a job whose flow is over, so that its state is worth a savepoint and no more: one that
     * cannot take it, because it restarts again and again, is cancelled.
     *
     * @return how it ended
     */
    public String end(String directory) throws SQLException {
        try {
            return withSavepoint(directory);
        } catch (MigrationException e) {
            if (e.recoverability() == Recoverability.TRANSIENT) {
                throw e;
            }
            cancel();
            ledger.audit(row.id(), "JOB_CANCELLED", String.valueOf(e.getMessage()));
            return "cancelled, without a savepoint: " + e.getMessage();
        }
    }

    public void cancel() throws SQLException {
        flink().cancel(row.jobId());
        awaitEnd();
    }

    private FlinkRest flink() {
        if (row.jobId() == null || row.flinkUrl() == null) {
            throw MigrationException.refused(
                    row.name(),
                    "The ledger does not know which cluster runs "
                            + row.name()
                            + "; stop the job there, with 'flink stop'");
        }
        return new FlinkRest(row.flinkUrl());
    }

    private void awaitEnd() throws SQLException {
        long deadline = System.nanoTime() + LETTING_GO.toNanos();
        while (RunningJob.of(ledger, row.name())) {
            if (System.nanoTime() > deadline) {
                throw MigrationException.refused(
                        row.name(),
                        "The job " + row.jobId() + " was stopped but still holds the migration");
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }
}
