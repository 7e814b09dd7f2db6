package io.godwit.cli;

import io.godwit.control.JobStop;
import io.godwit.control.RunningJob;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Stops the job with a savepoint; resume goes on from it. */
@Command(name = "pause", description = "Stop the job with a savepoint; 'resume' goes on from it.")
final class PauseCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "NAME", description = "The migration.")
    private String name;

    @Mixin private LedgerOption ledgerOption;

    @Option(
            names = "--savepoint-dir",
            paramLabel = "DIR",
            description = "Where to put it. Default: the cluster's own directory.")
    private String directory;

    @Override
    public Integer call() throws Exception {
        try (Ledger ledger = LedgerOption.open(ledgerOption.database())) {
            MigrationRow row = LedgerOption.find(ledger, name);
            if (!RunningJob.of(ledger, name)) {
                throw CommandException.refused(
                        name
                                + " is "
                                + row.phase()
                                + " and does not run: there is nothing to pause");
            }
            String path = new JobStop(ledger, row).withSavepoint(directory);
            ledger.audit(row.id(), "PAUSED", path);
            godwit.console().line(name + " is paused in phase " + row.phase() + ": " + path);
            return ExitCode.DONE;
        }
    }
}
