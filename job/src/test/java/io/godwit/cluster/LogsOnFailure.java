package io.godwit.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Gives a failed test the last lines of what Flink's processes have logged. */
record LogsOnFailure(Path work) implements TestExecutionExceptionHandler {

    private static final int LINES = 25;

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure)
            throws Throwable {
        failure.addSuppressed(new AssertionError("Flink's logs:\n" + tails()));
        throw failure;
    }

    private String tails() throws IOException {
        StringBuilder tails = new StringBuilder();
        try (Stream<Path> files = Files.list(work.resolve("log"))) {
            for (Path file : files.filter(LogsOnFailure::ofServer).sorted().toList()) {
                tails.append("--- ").append(file.getFileName()).append('\n');
                last(Files.readAllLines(file)).forEach(line -> tails.append(line).append('\n'));
            }
        }
        return tails.toString();
    }

    /** Without what would push everything else out: frames of stack traces, talk of metrics. */
    private static List<String> last(List<String> lines) {
        List<String> told = new ArrayList<>(lines);
        told.removeIf(line -> line.startsWith("\tat ") || line.contains(" MetricGroup - "));
        return told.subList(Math.max(0, told.size() - LINES), told.size());
    }

    private static boolean ofServer(Path file) {
        return file.getFileName().toString().matches("(jobmanager|tm[0-9]+)\\.log");
    }
}
