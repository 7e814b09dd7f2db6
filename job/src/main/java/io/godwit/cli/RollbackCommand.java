package io.godwit.cli;

import io.godwit.control.tenant.TenantRollback;
import io.godwit.control.tenant.Turn;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.spec.Kind;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Brings the tenants back to the source, with all that they have written since the cutover. */
@Command(
        name = "rollback",
        description =
                "Kind tenant: bring the tenants back to the source, with what they have written since"
                        + " the cutover. Can be repeated.")
final class RollbackCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "NAME", description = "The migration.")
    private String name;

    @Mixin private LedgerOption ledgerOption;

    @Mixin private FlinkOption flink;

    @Option(
            names = "--savepoint-dir",
            paramLabel = "DIR",
            description = "Where to put it. Default: the cluster's own directory.")
    private String directory;

    @Option(
            names = "--timeout-seconds",
            defaultValue = "300",
            description =
                    "Longest wait for a transaction of a writer that stays open. Default:"
                            + " ${DEFAULT-VALUE}.")
    private long timeoutSeconds;

    @Override
    public Integer call() throws Exception {
        LedgerDatabase database = ledgerOption.database();
        try (Ledger ledger = LedgerOption.open(database)) {
            MigrationRow row = LedgerOption.find(ledger, name);
            SpecFile file = SpecFile.of("the spec of " + name + " in the ledger", row.spec());
            if (file.spec().kind() != Kind.TENANT) {
                throw CommandException.refused(
                        name
                                + " is of kind "
                                + row.kind()
                                + ", which has no rollback: its source was stopped before the"
                                + " cutover and is as it was");
            }
            FlowOnFlink forward =
                    new FlowOnFlink(
                            godwit.console(),
                            database,
                            flink,
                            row,
                            file,
                            () -> Preflight.of(file.spec()).plan());
            new TenantRollback(
                            new Turn(
                                    ledger,
                                    database,
                                    row,
                                    file.spec(),
                                    forward,
                                    godwit.console()::line,
                                    Duration.ofSeconds(timeoutSeconds),
                                    directory))
                    .run();
            godwit.console()
                    .line(
                            name
                                    + " is DUAL_WRITE: the source serves its tenants again, and the"
                                    + " target follows; 'godwit cutover "
                                    + name
                                    + "' may be tried again");
            return ExitCode.DONE;
        }
    }
}
