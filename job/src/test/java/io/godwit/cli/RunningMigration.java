package io.godwit.cli;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A migration that runs in a thread of its own; it is stopped at the end of the test. */
final class RunningMigration implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Commands commands;
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Integer> end;

    RunningMigration(Commands commands, String... arguments) {
        this.commands = commands;
        this.end = CompletableFuture.supplyAsync(() -> InProcessCli.run(lines::add, arguments));
    }

    void awaitPhase(String phase) {
        awaitStatus(status -> status.get("phase").asText().equals(phase));
    }

    void awaitApplied(long sequence) {
        awaitStatus(status -> status.get("applied_through").asLong() >= sequence);
    }

    private interface Condition {
        boolean holds(JsonNode status);
    }

    private void awaitStatus(Condition condition) {
        await().atMost(PATIENCE)
                .until(
                        () -> {
                            if (end.isDone()) {
                                throw new AssertionError("The migration has ended: " + lines);
                            }
                            return commands.named("status", "--json") == ExitCode.DONE
                                    && condition.holds(
                                            new ObjectMapper().readTree(commands.output()));
                        });
    }

    /** What it has printed so far. */
    List<String> printed() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    /** Waits for its end. */
    int exitCode() throws ExecutionException, InterruptedException, TimeoutException {
        return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() throws Exception {
        if (!end.isDone()) {
            commands.named("abort", "--reason", "the test is over");
            exitCode();
        }
    }
}
