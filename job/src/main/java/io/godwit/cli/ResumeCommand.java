package io.godwit.cli;

import io.godwit.job.Kinds;
import io.godwit.job.PlannedMigration;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.Finding;
import io.godwit.model.Phase;
import java.util.List;
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
        MigrationRow row;
        try (Ledger ledger = LedgerOption.open(ledgerOption.database())) {
            row = LedgerOption.find(ledger, name);
        }
        SpecFile file = SpecFile.of("the spec of " + name + " in the ledger", row.spec());
        if (!flink.given()) {
            throw CommandException.usage("Where shall the job run? Give --flink URL or --local");
        }
        if (row.phase() == Phase.COMPLETED) {
            PlannedMigration back = Kinds.wayBack(row, file::spec).orElseThrow(() -> ended(row));
            return start(file, back, back.findings(), ExitCode.REFUSED);
        }
        if (row.phase().terminal()) {
            throw ended(row);
        }
        Preflight preflight = Preflight.of(file.spec());
        return start(file, preflight.plan(), preflight.findings(), preflight.exitCode());
    }

    private int start(SpecFile file, PlannedMigration plan, List<Finding> findings, int whenRefused)
            throws Exception {
        if (findings.stream().anyMatch(Finding::stops)) {
            godwit.console().findings(findings);
            godwit.console().line("Refused: see the problems above. Nothing was written.");
            return whenRefused;
        }
        return new Start(godwit, flink, ledgerOption.database())
                .run(file, plan, null, false, detach);
    }

    private static CommandException ended(MigrationRow row) {
        return CommandException.refused(
                row.name() + " is " + row.phase() + "; 'godwit migrate SPEC' starts a new one");
    }
}
