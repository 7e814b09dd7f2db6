package io.godwit.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Godwit's own command line, as {@code java -jar godwit.jar} in a process of its own. */
final class GodwitCommand {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** How it ended and all that it printed, both streams in one. */
    record Result(int exitCode, String output) {}

    private GodwitCommand() {}

    static Result run(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-jar"));
        command.add(jar("godwit.jar").toString());
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("godwit", ".out");
            try {
                ProcessBuilder builder =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(output.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                    throw new IllegalStateException(
                            "godwit "
                                    + String.join(" ", arguments)
                                    + " did not end within "
                                    + LIMIT
                                    + "; it printed:\n"
                                    + Files.readString(output));
                }
                return new Result(process.exitValue(), Files.readString(output));
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for godwit", e);
        }
    }

    /** A jar that the build has made. */
    static Path jar(String name) {
        Path jar = Path.of(System.getProperty("godwit.target"), name).toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is not there; mvn package makes it");
        }
        return jar;
    }
}
