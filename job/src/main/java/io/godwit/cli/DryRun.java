package io.godwit.cli;

import io.godwit.job.ChainPreflight;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.util.Map;
import java.util.TreeMap;

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
        ChainPreflight chain = preflight.chain();
        Tally tally =
                Comparison.run(
                        flink,
                        spec,
                        Level.FULL,
                        chain.starts(),
                        ends(spec, chain),
                        "godwit dry run");
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

    private static Map<Integer, Long> ends(MigrationSpec spec, ChainPreflight chain) {
        Map<Integer, Long> ends = new TreeMap<>();
        chain.starts().keySet().forEach(tag -> ends.put(tag, chain.end(spec, tag)));
        return ends;
    }
}
