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

/** Godwit's own command line as a process that is watched while it runs, and may be killed. */
final class TenantCommand implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final String words;
    private final Process process;
    private final Path output;

    private TenantCommand(String words, Process process, Path output) {
        this.words = words;
        this.process = process;
        this.output = output;
    }

    static TenantCommand start(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-jar"));
        command.add(GodwitCommand.jar("godwit.jar").toString());
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("godwit", ".out");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            return new TenantCommand(String.join(" ", arguments), builder.start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean runs() {
        return process.isAlive();
    }

    /** All that it has printed so far, both streams in one. */
    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL; returns when the process is no more. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** How it ended. */
    GodwitCommand.Result await() {
        try {
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(
                        "godwit " + words + " did not end within " + LIMIT + ":\n" + output());
            }
            return new GodwitCommand.Result(process.exitValue(), output());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for godwit " + words, e);
        }
    }

    @Override
    public void close() {
        kill();
        try {
            Files.delete(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
