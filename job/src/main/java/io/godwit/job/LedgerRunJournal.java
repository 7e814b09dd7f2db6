package io.godwit.job;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.RunLock;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import io.godwit.port.RunJournal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * The run journal in the ledger. The session that writes it also holds the migration's lock, so a
 * coordinator that lost its session cannot go on recording.
 */
final class LedgerRunJournal implements RunJournal {

    /** Longer than a coordinator that is being replaced needs to close its session. */
    private static final Duration WAIT_FOR_PREDECESSOR = Duration.ofSeconds(30);

    private final Run run;
    private Ledger ledger;

    /** Set once this session holds the lock: only then is a failure the migration's own. */
    private volatile boolean mine;

    LedgerRunJournal(Run run) {
        this.run = run;
    }

    private interface Entry {
        void write(Ledger ledger) throws SQLException;
    }

    @Override
    public synchronized void started() {
        write(
                "starting",
                l -> {
                    if (!RunLock.take(l, run.name(), WAIT_FOR_PREDECESSOR)) {
                        throw MigrationException.fatal(
                                run.name(),
                                "Another job runs the migration "
                                        + run.name()
                                        + " now; 'godwit status "
                                        + run.name()
                                        + "' shows which. This one stops");
                    }
                    mine = true;
                    MigrationRow row = l.find(run.name()).orElseThrow();
                    if (row.id() != run.migrationId()
                            || row.phase() == Phase.ABORTED
                            || row.phase() == Phase.FAILED) {
                        throw MigrationException.fatal(
                                run.name(),
                                "The migration "
                                        + run.name()
                                        + " that this job runs has ended; start it again with"
                                        + " 'godwit migrate SPEC'");
                    }
                    if (row.phase() == Phase.PENDING) {
                        l.advance(run.migrationId(), Phase.BULK_COPY, "the job runs");
                    }
                });
    }

    @Override
    public synchronized void progress(List<TagProgress> tags) {
        write("progress", l -> l.progress(run.migrationId(), tags));
    }

    @Override
    public synchronized void bulkCopyDone() {
        write(
                "the end of the bulk copy",
                l -> {
                    Phase phase = l.find(run.name()).orElseThrow().phase();
                    if (phase == Phase.BULK_COPY) {
                        l.advance(
                                run.migrationId(), Phase.DUAL_WRITE, "the tail follows the source");
                    }
                });
    }

    @Override
    public void failed(MigrationException reason) {
        if (mine) {
            Failures.record(run, reason);
        }
    }

    private void write(String what, Entry entry) {
        try {
            if (ledger == null) {
                ledger = new Ledger(run.ledger());
            }
            entry.write(ledger);
        } catch (SQLException e) {
            close();
            throw MigrationException.transientFailure(
                    "ledger",
                    "Recording "
                            + what
                            + " in the ledger "
                            + run.ledger()
                            + " failed: "
                            + e.getMessage(),
                    e);
        }
    }

    @Override
    public synchronized void close() {
        if (ledger == null) {
            return;
        }
        try {
            ledger.close();
        } catch (SQLException e) {
            // The session is broken, which is what closing it was to achieve.
        } finally {
            ledger = null;
        }
    }
}
