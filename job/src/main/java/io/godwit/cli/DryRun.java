package io.godwit.cli;

import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Tally;

/**
 * A migration without its writes: the same preflight, the same reads with the same checks, and for
 * every event the same decision: new, already equal, or different.
 */
final class DryRun {

    private final Console console;
    private final FlinkOption flink;

    DryRun(Console console, FlinkOption flink) {
        this.console = console;
        this.flink = flink;
    }

    int run(MigrationSpec spec) throws Exception {
        Preflight preflight = Preflight.of(spec);
        console.findings(preflight.findings());
        if (!preflight.ready()) {
            console.line("Dry run: it would be refused. Nothing was written.");
            return preflight.exitCode();
        }
        Tally tally = preflight.plan().dryRun(new Comparison(flink, spec.parallelism()));
        long equal = tally.compared() - tally.missing() - tally.different();
        console.line(
                "Dry run: "
                        + tally.compared()
                        + " events read; "
                        + tally.missing()
                        + " would be written, "
                        + equal
                        + " are there already and equal, "
                        + tally.different()
                        + " are there and differ. Nothing was written.");
        if (tally.different() > 0) {
            tally.named().stream().filter(d -> !d.contains("missing")).forEach(console::line);
            console.line("The real run would stop at the first that differs.");
            return ExitCode.FAILED;
        }
        return ExitCode.DONE;
    }
}
