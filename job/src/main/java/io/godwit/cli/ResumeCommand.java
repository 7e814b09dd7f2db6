package io.godwit.cli;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Starts a paused or lost migration again, with the spec that the ledger has. */
@Command(
        name = "resume",
        description =
                "Start a paused or lost migration again, from its savepoint or last checkpoint.")
final class ResumeCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "NAME", description = "The migration.")
    private String name;

    @Mixin private LedgerOption ledgerOption;

    @Mixin private FlinkOption flink;

    @Option(names = "--detach", description = "Return when the job runs, do not wait for its end.")
    private boolean detach;

    @Override
    public Integer call() throws Exception {
        LedgerDatabase database = ledgerOption.database();
        SpecFile file;
        try (Ledger ledger = LedgerOption.open(database)) {
            MigrationRow row = LedgerOption.find(ledger, name);
            if (row.phase().terminal()) {
                throw CommandException.refused(
                        name + " is " + row.phase() + "; 'godwit migrate SPEC' starts a new one");
            }
            file = SpecFile.of("the spec of " + name + " in the ledger", row.spec());
        }
        if (!flink.given()) {
            throw CommandException.usage("Where shall the job run? Give --flink URL or --local");
        }
        Preflight preflight = Preflight.of(file.spec());
        if (!preflight.ready()) {
            godwit.console().findings(preflight.findings());
            godwit.console().line("Refused: see the problems above. Nothing was written.");
            return preflight.exitCode();
        }
        return new Start(godwit, flink, database).run(file, preflight.chain(), null, false, detach);
    }
}
