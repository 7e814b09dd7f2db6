package io.godwit.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.job.Kinds;
import io.godwit.spec.MigrationSpec;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** Says what a migration would do and what keeps it from starting. Changes nothing. */
@Command(
        name = "plan",
        description = "Say what a migration would do and what stands in its way. Changes nothing.")
final class PlanCommand implements Callable<Integer> {

    @ParentCommand private Godwit godwit;

    @Parameters(paramLabel = "SPEC", description = "Path or URI of the migration's YAML.")
    private String spec;

    @Option(names = "--json", description = "One JSON object.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        MigrationSpec migration = SpecFile.read(spec).spec();
        Preflight preflight = Preflight.of(migration);
        if (json) {
            godwit.console().json(asJson(migration, preflight));
        } else {
            print(migration, preflight);
        }
        return preflight.exitCode();
    }

    private void print(MigrationSpec migration, Preflight preflight) {
        Console console = godwit.console();
        console.line(
                "Plan of " + migration.name() + " (kind " + Kinds.nameOf(migration.kind()) + ")");
        console.findings(preflight.findings());
        if (!preflight.ready()) {
            console.line("It cannot start: see the problems above. Nothing was changed.");
            return;
        }
        preflight.plan().lines().forEach(line -> console.line("  " + line));
        console.line("It can start. Nothing was changed.");
    }

    private static ObjectNode asJson(MigrationSpec migration, Preflight preflight) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("name", migration.name())
                .put("kind", Kinds.nameOf(migration.kind()))
                .put("ready", preflight.ready());
        ArrayNode findings = object.putArray("findings");
        preflight
                .findings()
                .forEach(
                        f ->
                                findings.addObject()
                                        .put("weight", f.weight().name())
                                        .put("what", f.what())
                                        .put("remedy", f.remedy()));
        if (preflight.ready()) {
            preflight
                    .plan()
                    .details()
                    .forEach((key, value) -> object.set(key, Console.tree(value)));
        }
        return object;
    }
}
