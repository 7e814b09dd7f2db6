package io.godwit.bench;

import java.util.Arrays;
import java.util.List;

/**
 * The entry of {@code mvn -Pbench -Dargs="NAME OPTIONS"}; a bench's last line is one JSON object.
 */
public final class Bench {

    private static final String USAGE =
            """
            Which bench? Not '%s'.
              chain      [--events N] [--parallelism P] [--rounds R]
              tenant     [--events N] [--parallelism P] [--rounds R]
              cutover    [--cutovers N]
              tail       [--writers N] [--seconds S] [--append]
              tail       --reader [--writers N] [--seconds S]
              gapfence   [--fences N] [--seconds S]
              fencecost  [--rounds R] [--appends N]
            """;

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        List<String> words = Arrays.asList(arguments);
        String name = words.isEmpty() ? "" : words.get(0);
        BenchOptions options = new BenchOptions(words.stream().skip(1).toList());
        Object result =
                switch (name) {
                    case "chain" -> ChainBench.run(options);
                    case "tenant" -> TenantBench.run(options);
                    case "cutover" -> CutoverBench.run(options);
                    case "tail" ->
                            options.flag("--reader")
                                    ? LogicalTailLatency.run(options)
                                    : TailBench.run(options);
                    case "gapfence" -> GapFenceBench.run(options);
                    case "fencecost" -> FenceCost.run(options);
                    default -> null;
                };
        if (result == null) {
            System.err.print(USAGE.formatted(name));
            System.exit(2);
        }
        System.out.println(result);
        System.exit(0);
    }
}
