package io.godwit.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.job.Kinds;
import io.godwit.job.PlannedMigration;
import io.godwit.job.Verdict;
import io.godwit.model.Finding;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Compares source and target. */
@Command(
        name = "verify",
        description = "Compare source and target; exit code 4 and the first keys on a mismatch.")
final class VerifyCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "SPEC", description = "Path or URI of the migration's YAML.")
    private String spec;

    @Mixin private FlinkOption flink;

    @Option(
            names = "--level",
            defaultValue = "HASH",
            description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Level level;

    @Option(
            names = "--repair",
            description =
                    "Kind tenant: first compare in full and rewrite the rows that are named, from the"
                            + " store that has the tenants.")
    private boolean repair;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        MigrationSpec migration = SpecFile.read(spec).spec();
        Verification verification =
                new Verification(flink, migration, LedgerOption.of(migration.ledger()));
        PlannedMigration plan = Kinds.plan(migration, verification.past());
        if (!plan.comparable()) {
            List<Finding> stops = plan.findings().stream().filter(Finding::stops).toList();
            godwit.console().findings(stops);
            return stops.stream().anyMatch(f -> f.weight() == Finding.Weight.UNREACHABLE)
                    ? ExitCode.UNREACHABLE
                    : ExitCode.REFUSED;
        }
        if (repair) {
            verification.repair(plan, godwit.console());
        }
        Verdict verdict = verification.run(level, plan);
        Tally tally = verdict.tally();
        if (json) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            object.put("name", migration.name())
                    .put("level", level.name())
                    .put("matched", tally.matched())
                    .put("compared", tally.compared())
                    .put("missing", tally.missing())
                    .put("different", tally.different());
            ArrayNode first = object.putArray("first_differences");
            tally.named().forEach(first::add);
            godwit.console().json(object);
        } else {
            print(verdict);
        }
        return tally.matched() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(Verdict verdict) {
        Tally tally = verdict.tally();
        godwit.console()
                .line(
                        level
                                + ": "
                                + tally.compared()
                                + " events compared ("
                                + verdict.compared()
                                + "), "
                                + tally.missing()
                                + " missing, "
                                + tally.different()
                                + " different: "
                                + (tally.matched() ? "match" : "MISMATCH"));
        tally.named().forEach(d -> godwit.console().line("  " + d));
    }
}
