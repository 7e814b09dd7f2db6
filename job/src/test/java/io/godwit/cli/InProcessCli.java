package io.godwit.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** The command line as {@link Main} runs it, but in this process and without ending it. */
public final class InProcessCli {

    private InProcessCli() {}

    /**
     * @param out takes what is printed, a line at a time
     * @return the exit code
     */
    public static int run(Consumer<String> out, String... arguments) {
        try (PrintStream lines = new PrintStream(new Lines(out), true, StandardCharsets.UTF_8)) {
            try {
                return Godwit.run(lines, false, arguments);
            } catch (Exception e) {
                Failure failure = Failure.of(e);
                lines.println("godwit: " + failure.message());
                if (failure.detail()) {
                    e.printStackTrace(lines);
                }
                return failure.exitCode();
            }
        }
    }

    /** Cuts a stream into lines. */
    private static final class Lines extends OutputStream {

        private final Consumer<String> out;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Lines(Consumer<String> out) {
            this.out = out;
        }

        @Override
        public synchronized void write(int octet) {
            if (octet == '\n') {
                out.accept(line.toString(StandardCharsets.UTF_8));
                line.reset();
            } else if (octet != '\r') {
                line.write(octet);
            }
        }
    }
}
