package io.godwit.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A {@code migrate --local} or {@code resume --local} in a thread of its own, with its Flink. Where
 * there is no terminal, its lines of progress are shown as a bar each, now and then.
 */
final class RunningJob implements AutoCloseable {

    private static final Pattern PROGRESS =
            Pattern.compile("([A-Z_]+): applied through (\\d+) of (\\d+)");
    private static final double SECONDS_BETWEEN_BARS = 1.5;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Migration migration;
    private final Screen screen;
    private final CompletableFuture<Integer> end = new CompletableFuture<>();
    private double lastBar;
    private volatile boolean jobEnded;

    RunningJob(Migration migration, String... arguments) {
        this.migration = migration;
        this.screen = migration.screen();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                end.complete(migration.run(this::show, arguments));
                            } catch (RuntimeException | Error e) {
                                end.completeExceptionally(e);
                            }
                        },
                        "godwit " + arguments[0]);
        thread.setDaemon(true);
        thread.start();
    }

    private void show(String line) {
        Matcher progress = PROGRESS.matcher(line);
        if (!progress.matches()) {
            migration.output(line);
            jobEnded = jobEnded || line.startsWith("The job has ended");
        } else if (screen.seconds() - lastBar > SECONDS_BETWEEN_BARS) {
            lastBar = screen.seconds();
            screen.progress(
                    "applied, " + progress.group(1),
                    Long.parseLong(progress.group(2)),
                    Long.parseLong(progress.group(3)));
        }
    }

    /** Waits until 'godwit status' says so. */
    JsonNode await(String what, Predicate<JsonNode> condition) {
        return Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .until(this::status, status -> status.filter(condition).isPresent())
                .orElseThrow();
    }

    private Optional<JsonNode> status() {
        if (end.isDone()) {
            throw new DemoFailure(
                    Math.max(1, end.join()), migration.name() + " ended before its time");
        }
        return migration.status();
    }

    /** Waits until it says that the job has ended; its Flink stays a moment longer. */
    void awaitJobEnd() {
        Awaitility.await("the end of the job").atMost(PATIENCE).until(() -> jobEnded);
    }

    /** Waits for the end of the command, which must have succeeded. */
    void join() {
        int exitCode = exitCode();
        if (exitCode != 0) {
            throw new DemoFailure(exitCode, migration.name() + " ended with exit code " + exitCode);
        }
    }

    private int exitCode() {
        return Awaitility.await("the end of the command")
                .atMost(PATIENCE)
                .until(() -> end.getNow(null), Objects::nonNull);
    }

    /** After a failure the job still runs; it is ended before its servers are. */
    @Override
    public void close() {
        if (!end.isDone()) {
            migration.abortQuietly();
            exitCode();
        }
    }
}
