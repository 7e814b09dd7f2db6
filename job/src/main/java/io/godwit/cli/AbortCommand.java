package io.godwit.cli;

import io.godwit.control.JobStop;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.RunLock;
import io.godwit.model.Phase;
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
            if (row.phase().terminal()) {
                throw CommandException.refused(name + " has ended already: " + row.phase());
            }
            // The intent first: a job that restarts in between finds it and stops by itself.
            ledger.advance(row.id(), Phase.ABORTED, reason);
            if (RunLock.isTaken(ledger, name)) {
                new JobStop(ledger, row).cancel();
            }
            godwit.console().line(name + " is aborted. The source is as it was.");
            return ExitCode.DONE;
        }
    }
}
