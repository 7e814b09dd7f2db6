package io.godwit.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.job.ChainPreflight;
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
        ChainPreflight chain = preflight.chain();
        console.line("Plan of " + migration.name() + " (kind chain)");
        console.findings(preflight.findings());
        if (!preflight.ready()) {
            console.line("It cannot start: see the problems above. Nothing was changed.");
            return;
        }
        chain.starts()
                .forEach(
                        (tag, start) ->
                                console.line(
                                        "  event tag "
                                                + tag
                                                + ": copies "
                                                + start
                                                + " to "
                                                + chain.end(migration, tag)
                                                + (migration.continuous()
                                                        ? ", then the tail"
                                                        : "")));
        long events = chain.eventsToRead(migration);
        console.line(
                "  "
                        + events
                        + " events to read in ranges of "
                        + migration.batchSize()
                        + ", about "
                        + 2 * events
                        + " strongly consistent read units (an event and its block each)");
        console.line("It can start. Nothing was changed.");
    }

    private static ObjectNode asJson(MigrationSpec migration, Preflight preflight) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        object.put("name", migration.name()).put("kind", "chain").put("ready", preflight.ready());
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
            ArrayNode tags = object.putArray("tags");
            preflight
                    .chain()
                    .starts()
                    .forEach(
                            (tag, start) ->
                                    tags.addObject()
                                            .put("tag", tag)
                                            .put("start", start)
                                            .put("end", preflight.chain().end(migration, tag)));
            object.put("events_to_read", preflight.chain().eventsToRead(migration));
        }
        return object;
    }
}
