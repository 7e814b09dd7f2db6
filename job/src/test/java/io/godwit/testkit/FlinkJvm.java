package io.godwit.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts Flink's main classes in JVMs of their own, each with its output and its log in files. */
final class FlinkJvm {

    /** How a program ended and all that it printed. */
    record Result(int exitCode, String output) {}

    /** For programs that live for seconds. */
    static final List<String> SMALL = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1");

    private final Path lib;
    private final Path work;
    private final FlinkConf conf;

    FlinkJvm(Path lib, Path work, FlinkConf conf) {
        if (!Files.isDirectory(lib)) {
            throw new IllegalStateException(
                    "No Flink in "
                            + lib
                            + "; build it with mvn process-test-resources, and set"
                            + " -Dgodwit.target");
        }
        this.lib = lib;
        this.work = work;
        this.conf = conf;
    }

    /** A server; its output goes to log/name.out, its log to log/name.log. */
    Process start(String name, List<String> jvmFlags, String mainClass, List<String> arguments) {
        try {
            return builder(name, jvmFlags, mainClass, arguments, Map.of())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output(name).toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A program that ends by itself. */
    Result run(
            String name,
            List<String> jvmFlags,
            String mainClass,
            List<String> arguments,
            Map<String, String> environment,
            Duration limit) {
        Path file = output(name);
        try {
            Process process =
                    builder(name, jvmFlags, mainClass, arguments, environment)
                            .redirectErrorStream(true)
                            .redirectOutput(file.toFile())
                            .start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(
                        mainClass
                                + " "
                                + arguments
                                + " did not end within "
                                + limit
                                + "; it printed:\n"
                                + read(file));
            }
            return new Result(process.exitValue(), read(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for " + mainClass, e);
        }
    }

    /** The last lines of what a server printed and logged, for a failure message. */
    String tail(String name) {
        return "--- "
                + name
                + ".out\n"
                + tail(output(name))
                + "\n--- "
                + name
                + ".log\n"
                + tail(log(name));
    }

    Path log(String name) {
        return work.resolve("log").resolve(name + ".log");
    }

    private Path output(String name) {
        return work.resolve("log").resolve(name + ".out");
    }

    private ProcessBuilder builder(
            String name,
            List<String> jvmFlags,
            String mainClass,
            List<String> arguments,
            Map<String, String> environment) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmFlags);
        command.addAll(FlinkConf.JVM_FLAGS);
        command.add("-Dlog.file=" + log(name));
        command.add("-Dlog4j.configurationFile=" + conf.log4j().toUri());
        command.add("-cp");
        command.add(lib.resolve("*").toString());
        command.add(mainClass);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).directory(work.toFile());
        builder.environment().put("FLINK_CONF_DIR", conf.directory().toString());
        builder.environment().putAll(environment);
        return builder;
    }

    private static String read(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static String tail(Path file) {
        try {
            List<String> lines = read(file).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
        } catch (IOException e) {
            return "(not readable: " + e + ")";
        }
    }
}
