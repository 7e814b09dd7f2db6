package io.godwit.cli;

import io.godwit.control.tenant.NextFlow;
import io.godwit.job.PlannedMigration;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;

/** The flow that follows a switch, on the cluster where the migration's jobs run. */
final class FlowOnFlink implements NextFlow {

    private final Console console;
    private final LedgerDatabase database;
    private final FlinkOption flink;
    private final MigrationRow row;
    private final SpecFile file;
    private final Planning planning;

    /** What the flow will do, as the stores are when it is started. */
    interface Planning {
        PlannedMigration plan();
    }

    FlowOnFlink(
            Console console,
            LedgerDatabase database,
            FlinkOption flink,
            MigrationRow row,
            SpecFile file,
            Planning planning) {
        this.console = console;
        this.database = database;
        this.flink = flink;
        this.row = row;
        this.file = file;
        this.planning = planning;
    }

    @Override
    public void start() throws Exception {
        PlannedMigration plan = planning.plan();
        if (!plan.ready()) {
            console.findings(plan.findings());
            throw new CommandException(
                    Preflight.refusal(plan.findings()),
                    "The next job of "
                            + row.name()
                            + " cannot start: see the problems above. When they are solved, run the"
                            + " command again");
        }
        FlinkHome home = FlinkHome.remote(flink, row);
        new Submission(console, database, home).submit(file, plan, null, false);
    }
}
