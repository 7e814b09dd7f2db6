package io.godwit.cli;

import io.godwit.control.CheckpointFiles;
import io.godwit.job.ChainJob;
import io.godwit.job.ChainPreflight;
import io.godwit.job.Run;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import org.apache.flink.core.execution.JobClient;

/**
 * Sends a migration's job to Flink and records it. The intent is in the ledger before the act: a
 * migration is PENDING, or still in its phase, until its job says that it runs.
 */
final class Submission {

    private final Console console;
    private final LedgerDatabase database;
    private final FlinkHome flink;

    Submission(Console console, LedgerDatabase database, FlinkHome flink) {
        this.console = console;
        this.database = database;
        this.flink = flink;
    }

    /**
     * @param from a savepoint or checkpoint that the operator named; null to find the last
     * @param forget do not restore anything: the target was rewound
     */
    JobClient submit(SpecFile file, ChainPreflight preflight, String from, boolean forget)
            throws Exception {
        MigrationSpec spec = file.spec();
        try (Ledger ledger = new Ledger(database)) {
            MigrationRow row = rowOf(ledger, file);
            Optional<String> restore = forget ? Optional.empty() : restore(row, from);
            ledger.submitting(row.id(), file.text(), spec.continuous());
            restore.ifPresent(flink::restoreFrom);
            console.line(
                    restore.map(path -> "Going on from " + path)
                            .orElse("Starting from what is applied: " + preflight.starts()));
            ChainJob.build(
                    flink.environment(),
                    spec,
                    new Run(database, row.id(), spec.name()),
                    preflight.starts(),
                    preflight.heads());
            JobClient job = flink.environment().executeAsync(spec.jobName());
            String jobId = job.getJobID().toHexString();
            ledger.submitted(row.id(), jobId, flink.url(), flink.checkpointsOf(jobId).orElse(null));
            console.line(
                    "Job "
                            + jobId
                            + " runs"
                            + (flink.url() == null
                                    ? ""
                                    : "; web UI " + flink.url() + "/#/job/" + jobId));
            return job;
        }
    }

    private static MigrationRow rowOf(Ledger ledger, SpecFile file) throws SQLException {
        Optional<MigrationRow> known = ledger.find(file.spec().name());
        if (known.isPresent() && !known.get().phase().terminal()) {
            refuseBounded(known.get(), file.spec());
            return known.get();
        }
        return ledger.create(file.spec().name(), "chain", file.text(), file.spec().continuous());
    }

    private static void refuseBounded(MigrationRow row, MigrationSpec spec) {
        boolean follows = row.phase() == Phase.DUAL_WRITE || row.phase() == Phase.CUTOVER;
        if (follows && !spec.continuous()) {
            throw CommandException.refused(
                    row.name()
                            + " is "
                            + row.phase()
                            + ": it follows its source, and cannot become a bounded run. Set"
                            + " continuous: true, or end it with 'godwit abort' first");
        }
    }

    private Optional<String> restore(MigrationRow row, String from) throws IOException {
        if (flink.givenSavepoint().isPresent()) {
            return flink.givenSavepoint();
        }
        if (from != null) {
            return Optional.of(from);
        }
        if (row.savepoint() != null) {
            return Optional.of(row.savepoint());
        }
        return row.checkpoints() == null
                ? Optional.empty()
                : CheckpointFiles.newest(row.checkpoints());
    }
}
