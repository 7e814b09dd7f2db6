package io.godwit.cli;

import io.godwit.job.PlannedMigration;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.spec.MigrationSpec;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.flink.core.execution.JobClient;

/** Brings a migration's job to life and, where that is asked for, follows it to its end. */
final class Start {

    private static final Duration GRACE = Duration.ofSeconds(3);

    private final Godwit godwit;
    private final FlinkOption option;
    private final LedgerDatabase database;

    Start(Godwit godwit, FlinkOption option, LedgerDatabase database) {
        this.godwit = godwit;
        this.option = option;
        this.database = database;
    }

    int run(SpecFile file, PlannedMigration plan, String from, boolean forget, boolean detach)
            throws Exception {
        MigrationSpec spec = file.spec();
        database.migrate();
        FlinkHome flink =
                FlinkHome.open(option, godwit.insideFlink(), spec.name(), spec.parallelism());
        try {
            JobClient job =
                    new Submission(godwit.console(), database, flink)
                            .submit(file, plan, from, forget);
            boolean leave = detach || (spec.continuous() && flink.local() == null);
            if (godwit.insideFlink() || leave) {
                return ExitCode.DONE;
            }
            int exitCode = follow(spec, job);
            return flink.local() == null || !plan.mayTurn()
                    ? exitCode
                    : new NextFlows(godwit.console(), database, flink.url())
                            .follow(spec.name(), job.getJobID().toHexString(), exitCode);
        } finally {
            if (flink.local() != null) {
                flink.local().closeAfter(spec.continuous() ? GRACE : Duration.ZERO);
            }
        }
    }

    private int follow(MigrationSpec spec, JobClient job) throws Exception {
        try (Ledger ledger = new Ledger(database);
                ProgressLine progress =
                        new ProgressLine(
                                godwit.console(), ledger, ledger.find(spec.name()).orElseThrow())) {
            var end = job.getJobExecutionResult();
            while (!end.isDone()) {
                progress.show();
                try {
                    end.get(500, java.util.concurrent.TimeUnit.MILLISECONDS);
                } catch (java.util.concurrent.TimeoutException e) {
                    // Not yet: show the progress again.
                } catch (ExecutionException e) {
                    return ended(ledger, spec, e);
                }
            }
            progress.show();
            return ended(ledger, spec, null);
        }
    }

    private int ended(Ledger ledger, MigrationSpec spec, ExecutionException failure)
            throws Exception {
        MigrationRow row = ledger.find(spec.name()).orElseThrow();
        godwit.console().line("The job has ended; the migration is " + row.phase());
        return switch (row.phase()) {
            case COMPLETED, PENDING, BULK_COPY, DUAL_WRITE, CUTOVER -> {
                if (failure != null) {
                    throw failure;
                }
                yield ExitCode.DONE;
            }
            case ABORTED, FAILED -> {
                godwit.console().line("Reason: " + row.reason());
                yield ExitCode.FAILED;
            }
        };
    }
}
