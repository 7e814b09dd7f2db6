package io.godwit.cli;

import io.godwit.control.ChainCutover;
import io.godwit.control.tenant.TenantCutover;
import io.godwit.control.tenant.Turn;
import io.godwit.job.ChainPreflight;
import io.godwit.job.Kinds;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Hands the service over to the target. */
@Command(
        name = "cutover",
        description =
                "Verify, switch to the target, stop the job with a savepoint. Can be repeated.")
final class CutoverCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "NAME", description = "The migration.")
    private String name;

    @Mixin private LedgerOption ledgerOption;

    @Mixin private FlinkOption flink;

    @Option(
            names = "--source-stopped",
            description =
                    "Kind chain: you declare that nothing writes to the source any more. Godwit"
                            + " checks it.")
    private boolean sourceStopped;

    @Option(
            names = "--level",
            defaultValue = "FULL",
            description =
                    "Kind chain: of the final verification: ${COMPLETION-CANDIDATES}. Default:"
                            + " ${DEFAULT-VALUE}.")
    private Level level;

    @Option(
            names = "--savepoint-dir",
            paramLabel = "DIR",
            description = "Where to put it. Default: the cluster's own directory.")
    private String directory;

    @Option(
            names = "--timeout-seconds",
            defaultValue = "300",
            description = "Longest wait for the tail to apply the rest. Default: ${DEFAULT-VALUE}.")
    private long timeoutSeconds;

    @Override
    public Integer call() throws Exception {
        LedgerDatabase database = ledgerOption.database();
        try (Ledger ledger = LedgerOption.open(database)) {
            MigrationRow row = LedgerOption.find(ledger, name);
            SpecFile file = SpecFile.of("the spec of " + name + " in the ledger", row.spec());
            switch (file.spec().kind()) {
                case CHAIN -> chain(ledger, database, row, file.spec());
                case TENANT -> tenants(ledger, database, row, file);
            }
            return ExitCode.DONE;
        }
    }

    private void chain(Ledger ledger, LedgerDatabase database, MigrationRow row, MigrationSpec spec)
            throws Exception {
        if (!sourceStopped && !row.phase().terminal()) {
            throw CommandException.refused(
                    "A chain is cut over when its writers are stopped: stop poller, streamer and"
                            + " backfillers, then say so with --source-stopped");
        }
        new ChainCutover(
                        ledger,
                        spec,
                        () -> verify(spec, database),
                        godwit.console()::line,
                        Duration.ofSeconds(timeoutSeconds))
                .run(directory);
        godwit.console().line(name + " is COMPLETED: the target can serve");
    }

    private String verify(MigrationSpec spec, LedgerDatabase database) throws Exception {
        Tally tally =
                new Verification(flink, spec, database).run(level, ChainPreflight.of(spec)).tally();
        return tally.matched() ? "" : String.join(" | ", tally.named().stream().limit(5).toList());
    }

    private void tenants(Ledger ledger, LedgerDatabase database, MigrationRow row, SpecFile file)
            throws Exception {
        FlowOnFlink back =
                new FlowOnFlink(
                        godwit.console(),
                        database,
                        flink,
                        row,
                        file,
                        () -> Kinds.wayBack(row, file::spec).orElseThrow());
        new TenantCutover(
                        new Turn(
                                ledger,
                                database,
                                row,
                                file.spec(),
                                back,
                                godwit.console()::line,
                                Duration.ofSeconds(timeoutSeconds),
                                directory))
                .run();
        godwit.console()
                .line(
                        name
                                + " is COMPLETED: the target serves its tenants, and what they write"
                                + " flows back; 'godwit rollback "
                                + name
                                + "' returns");
    }
}
