package io.godwit.cli;

import io.godwit.job.Kinds;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.spec.MigrationSpec;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Starts a migration, or starts one again that was paused or lost. */
@Command(
        name = "migrate",
        description = "Start a migration, or start one again that was paused or lost.")
final class MigrateCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "SPEC", description = "Path or URI of the migration's YAML.")
    private String spec;

    @Mixin private FlinkOption flink;

    @Option(
            names = "--dry-run",
            description = "Read and check everything, take every decision, write nothing.")
    private boolean dryRun;

    @Option(
            names = "--from-savepoint",
            paramLabel = "PATH",
            description = "Go on from this savepoint or checkpoint instead of the last one known.")
    private String fromSavepoint;

    @Option(
            names = "--rewind",
            description =
                    "The source was reset: first remove from the target the events at the end of each"
                            + " log that the source no longer has or has with other content.")
    private boolean rewind;

    @Option(names = "--detach", description = "Return when the job runs, do not wait for its end.")
    private boolean detach;

    @Override
    public Integer call() throws Exception {
        SpecFile file = SpecFile.read(spec);
        MigrationSpec migration = file.spec();
        flink.check();
        if (dryRun) {
            return new DryRun(godwit.console(), flink).run(migration);
        }
        if (!godwit.insideFlink() && !flink.given()) {
            throw CommandException.usage("Where shall the job run? Give --flink URL or --local");
        }
        if (detach && flink.local()) {
            throw CommandException.usage(
                    "--local runs the job in this process: there is nothing to detach from. Use"
                            + " --flink URL, or leave --detach out");
        }
        if (rewind) {
            rewind(migration);
        }
        Preflight preflight = Preflight.of(migration);
        if (!preflight.ready()) {
            godwit.console().findings(preflight.findings());
            godwit.console().line("Refused: see the problems above. Nothing was written.");
            return preflight.exitCode();
        }
        LedgerDatabase database = LedgerOption.of(migration.ledger());
        return new Start(godwit, flink, database)
                .run(file, preflight.plan(), fromSavepoint, rewind, detach);
    }

    /** The target is shortened only while no job of this migration can write to it. */
    private void rewind(MigrationSpec migration) throws Exception {
        Preflight before = Preflight.of(migration);
        if (before.running() || before.exitCode() == ExitCode.UNREACHABLE) {
            godwit.console().findings(before.findings());
            throw new CommandException(
                    before.exitCode(), "Not rewound: see the problems above. Nothing was written");
        }
        Kinds.rewind(migration)
                .forEach(
                        (tag, kept) ->
                                godwit.console()
                                        .line(
                                                "Event tag "
                                                        + tag
                                                        + ": the target's events above "
                                                        + kept
                                                        + " were removed"));
    }
}
