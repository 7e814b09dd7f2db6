package io.godwit.bench;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The entry of {@code mvn -Pbench -Dargs="NAME OPTIONS"}; a bench's last line is one JSON object.
 */
public final class Bench {

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        Deque<String> left = new ArrayDeque<>(Arrays.asList(arguments));
        String name = left.isEmpty() ? "" : left.remove();
        switch (name) {
            case "chain" -> System.out.println(chain(left));
            case "gapfence" -> System.out.println(GapFenceBench.run(left));
            case "tenant" -> System.out.println(TenantBench.run(left));
            case "cutover" -> System.out.println(CutoverBench.run(left));
            default -> {
                System.err.println(
                        "Which bench? chain [--events N] [--parallelism P] [--rounds R], gapfence"
                                + " [--fences N] [--seconds S], tenant [--events N] [--parallelism"
                                + " P] [--rounds R], cutover [--cutovers N]; not '"
                                + name
                                + "'");
                System.exit(2);
            }
        }
        System.exit(0);
    }

    private static Object chain(Deque<String> left) throws Exception {
        long events = 200_000;
        int parallelism = 2;
        int rounds = 3;
        while (!left.isEmpty()) {
            String option = left.remove();
            switch (option) {
                case "--events" -> events = Long.parseLong(left.remove());
                case "--parallelism" -> parallelism = Integer.parseInt(left.remove());
                case "--rounds" -> rounds = Integer.parseInt(left.remove());
                default -> throw new IllegalArgumentException("Unknown option " + option);
            }
        }
        return new ChainBench(events, parallelism, rounds).run();
    }
}
