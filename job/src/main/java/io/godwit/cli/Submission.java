package io.godwit.cli;

import io.godwit.control.CheckpointFiles;
import io.godwit.control.RunningJob;
import io.godwit.job.Kinds;
import io.godwit.job.PlannedMigration;
import io.godwit.job.Run;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.RunLock;
import io.godwit.ledger.TenantClaims;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.core.execution.JobClient;

/**
 * Sends a migration's job to Flink and records it. The intent is in the ledger before the act: a
 * migration is PENDING, or still in its phase, until its job says that it runs.
 */
final class Submission {

    /** A job takes its lock when its coordinator starts, before it has any slot. */
    private static final Duration UNTIL_TAKEN = Duration.ofSeconds(15);

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
    JobClient submit(SpecFile file, PlannedMigration plan, String from, boolean forget)
            throws Exception {
        MigrationSpec spec = file.spec();
        try (Ledger ledger = new Ledger(database)) {
            refuseSecond(ledger, spec.name());
            MigrationRow row = rowOf(ledger, file, plan);
            plan.prepare();
            Optional<String> restore = forget ? Optional.empty() : restore(row, from);
            ledger.submitting(row.id(), file.text(), spec.continuous());
            restore.ifPresent(flink::restoreFrom);
            console.line(restore.map(path -> "Going on from " + path).orElse(plan.starting()));
            plan.build(flink.environment(), new Run(database, row.id(), spec.name()));
            // Recorded before it exists: whatever happens to this process, the ledger names it.
            String jobId = flink.jobId();
            ledger.submitted(row.id(), jobId, flink.url(), flink.checkpointsOf(jobId).orElse(null));
            JobClient job = flink.environment().executeAsync(plan.title());
            console.line(
                    "Job "
                            + jobId
                            + " runs"
                            + (flink.url() == null
                                    ? ""
                                    : "; web UI " + flink.url() + "/#/job/" + jobId));
            awaitTaken(ledger, row);
            return job;
        }
    }

    private static void refuseSecond(Ledger ledger, String name) throws SQLException {
        if (!RunLock.takeSubmission(ledger, name) || RunningJob.of(ledger, name)) {
            throw CommandException.refused(
                    "The migration "
                            + name
                            + " is running or being started by another command; 'godwit status "
                            + name
                            + "' shows where");
        }
    }

    /** Holds this session's lock until the job has taken its own, or has ended. */
    private static void awaitTaken(Ledger ledger, MigrationRow row) throws SQLException {
        long deadline = System.nanoTime() + UNTIL_TAKEN.toNanos();
        while (System.nanoTime() < deadline
                && !RunLock.isTaken(ledger, row.name())
                && !ended(row, ledger.find(row.name()).orElseThrow().phase())) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static boolean ended(MigrationRow before, Phase now) {
        return now.terminal() && now != before.phase();
    }

    private static MigrationRow rowOf(Ledger ledger, SpecFile file, PlannedMigration plan)
            throws SQLException {
        MigrationSpec spec = file.spec();
        String kind = Kinds.nameOf(spec.kind());
        Optional<MigrationRow> known = ledger.find(spec.name());
        if (known.isPresent() && plan.follows(known.get().phase())) {
            refuseOtherKind(known.get(), kind);
            refuseBounded(known.get(), spec);
            return known.get();
        }
        return new TenantClaims(ledger)
                .create(spec.name(), kind, file.text(), spec.continuous(), plan.claims());
    }

    private static void refuseOtherKind(MigrationRow row, String kind) {
        if (!row.kind().equals(kind)) {
            throw CommandException.refused(
                    row.name()
                            + " is an active migration of kind "
                            + row.kind()
                            + ", and the spec is of kind "
                            + kind
                            + "; give the new one another name");
        }
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
