package io.godwit.cli;

import io.godwit.control.JobStop;
import io.godwit.control.RunningJob;
import io.godwit.job.Ending;
import io.godwit.job.Kinds;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Ends a migration for good. The source was never touched; the target keeps what was copied. */
@Command(
        name = "abort",
        description = "End a migration. The source was never touched; the target keeps its rows.")
final class AbortCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "NAME", description = "The migration.")
    private String name;

    @Mixin private LedgerOption ledgerOption;

    @Option(names = "--reason", required = true, description = "For the audit.")
    private String reason;

    @Override
    public Integer call() throws Exception {
        try (Ledger ledger = LedgerOption.open(ledgerOption.database())) {
            MigrationRow row = LedgerOption.find(ledger, name);
            Ending ending = Kinds.ending(ledger, row, () -> spec(row));
            if (row.phase().terminal()) {
                return clearUp(row, ending);
            }
            ending.decide();
            // The intent first: a job that restarts in between finds it and stops by itself.
            ledger.advance(row.id(), Phase.ABORTED, reason);
            if (RunningJob.of(ledger, name)) {
                new JobStop(ledger, row).cancel();
            }
            ending.release();
            godwit.console().line(name + " is aborted. The source is as it was.");
            return ExitCode.DONE;
        }
    }

    /**
     * An abort that was interrupted, or a migration that failed, may have left something behind.
     */
    private int clearUp(MigrationRow row, Ending ending) throws SQLException {
        if (row.phase() != Phase.COMPLETED) {
            ending.decide();
            if (ending.release()) {
                godwit.console()
                        .line(
                                name
                                        + " has ended before: "
                                        + row.phase()
                                        + ". What it had left in its stores is taken away");
                return ExitCode.DONE;
            }
        }
        throw CommandException.refused(name + " has ended already: " + row.phase());
    }

    private MigrationSpec spec(MigrationRow row) {
        return SpecFile.of("the spec of " + name + " in the ledger", row.spec()).spec();
    }
}
