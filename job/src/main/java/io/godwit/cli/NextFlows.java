package io.godwit.cli;

import io.godwit.control.FlinkRest;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.Phase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps an embedded Flink alive over a cutover or a rollback: another process, that of the command,
 * stops the job there and starts the next one, which runs the other way.
 */
final class NextFlows {

    private static final Duration LOOK = Duration.ofMillis(300);
    private static final Duration UNTIL_SUBMITTED = Duration.ofSeconds(60);

    private final Console console;
    private final LedgerDatabase database;
    private final FlinkRest flink;

    NextFlows(Console console, LedgerDatabase database, String flinkUrl) {
        this.console = console;
        this.database = database;
        this.flink = new FlinkRest(flinkUrl);
    }

    /**
     * Returns when the migration's last job has ended and no cutover is under way.
     *
     * @param jobId the job that has ended
     * @param exitCode what its end was
     */
    int follow(String name, String jobId, int exitCode) throws SQLException {
        String last = jobId;
        try (Ledger ledger = new Ledger(database)) {
            while (true) {
                MigrationRow row = ledger.find(name).orElseThrow();
                if (row.jobId() != null && !row.jobId().equals(last)) {
                    last = row.jobId();
                    console.line("The next job runs: " + last + " (" + row.phase() + ")");
                    awaitEnd(last);
                    console.line("The job " + last + " has ended");
                } else if (row.phase() == Phase.CUTOVER) {
                    LockSupport.parkNanos(LOOK.toNanos());
                } else {
                    return row.phase() == Phase.ABORTED || row.phase() == Phase.FAILED
                            ? ExitCode.FAILED
                            : exitCode;
                }
            }
        }
    }

    /** The ledger names a job before Flink has it; one that never comes is no longer waited for. */
    private void awaitEnd(String jobId) {
        long deadline = System.nanoTime() + UNTIL_SUBMITTED.toNanos();
        while (flink.jobState(jobId).isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
        while (flink.lives(jobId)) {
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }
}
