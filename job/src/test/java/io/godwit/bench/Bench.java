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
        if (name.equals("gapfence")) {
            System.out.println(GapFenceBench.run(left));
            System.exit(0);
        }
        if (!name.equals("chain")) {
            System.err.println(
                    "Which bench? chain [--events N] [--parallelism P] [--rounds R], gapfence [--fences N]"
                            + " [--seconds S]; not '"
                            + name
                            + "'");
            System.exit(2);
        }
        long events = 200_000;
        int parallelism = 2;
        int rounds = 3;
        while (!left.isEmpty()) {
            String option = left.remove();
            switch (option) {
                case "--events" -> events = Long.parseLong(left.remove());
                case "--parallelism" -> parallelism = Integer.parseInt(left.remove());
                case "--rounds" -> rounds = Integer.parseInt(left.remove());
                default -> {
                    System.err.println("Unknown option " + option);
                    System.exit(2);
                }
            }
        }
        System.out.println(new ChainBench(events, parallelism, rounds).run());
        System.exit(0);
    }
}
