package io.godwit.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.cli.InProcessCli;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.PostgresDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.postgresql.Driver;

/** One migration of the demo: Godwit's commands for it, as a user would type them. */
final class Migration {

    /** Godwit's exit code for "not now". */
    static final int REFUSED = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Screen screen;
    private final String name;
    private final Path spec;
    private final Path state;
    private final PostgresDatabase target;
    private final Predicate<String> told;
    private final Queue<String> untold = new ConcurrentLinkedQueue<>();

    /** Whose commands' output is all told. */
    Migration(Screen screen, String name, Path spec, Path state, PostgresDatabase target) {
        this(screen, name, spec, state, target, line -> true);
    }

    /**
     * @param told which lines of the commands' output belong to the story
     */
    Migration(
            Screen screen,
            String name,
            Path spec,
            Path state,
            PostgresDatabase target,
            Predicate<String> told) {
        this.screen = screen;
        this.name = name;
        this.spec = spec;
        this.state = state;
        this.target = target;
        this.told = told;
    }

    String name() {
        return name;
    }

    void plan() {
        shown(0, "plan", spec.toString());
    }

    /** To the end: the migration is bounded. */
    void migrate() {
        shown(0, migrateArguments());
    }

    RunningJob startMigrate() {
        return new RunningJob(this, migrateArguments());
    }

    RunningJob startResume() {
        return new RunningJob(this, withSpec("resume", "--local", "--state-dir", state.toString()));
    }

    void pause() {
        shown(0, withSpec("pause"));
    }

    /**
     * @param expected the exit code that it must have
     */
    void cutover(int expected) {
        shown(expected, withSpec("cutover", "--source-stopped"));
    }

    void verify() {
        shown(0, "verify", spec.toString(), "--level", "full");
    }

    /** A command that must end with exit code 0. */
    void command(String command, String... options) {
        shown(0, withSpec(command, options));
    }

    void audit() {
        shown(0, withSpec("audit"));
    }

    /** Empty until the ledger knows the migration. */
    Optional<JsonNode> status() {
        return json(withSpec("status", "--json"));
    }

    /** What happened so far, oldest first. */
    JsonNode auditEntries() {
        return json(withSpec("audit", "--json")).orElseThrow().get("audit");
    }

    /** What the last verification said; it must have been of every event, in every column. */
    String verified(ChainRows rows) {
        String said = "none";
        for (JsonNode entry : auditEntries()) {
            if (entry.get("action").asText().startsWith("VERIFI")) {
                said = entry.get("detail").asText();
            }
        }
        String expected = rows.events().size() + " events match";
        if (!said.equals("FULL: " + expected)) {
            throw new DemoFailure(
                    DemoFailure.MISMATCH,
                    "The last verification of "
                            + name
                            + " said '"
                            + said
                            + "', expected 'FULL: "
                            + expected
                            + "'");
        }
        return expected;
    }

    /**
     * Ends its job if something went wrong before its end; whatever that answers is not the story.
     * A migration that is completed cannot be aborted, but what flows back can be paused.
     */
    void abortQuietly() {
        InProcessCli.run(line -> {}, withSpec("abort", "--reason", "the demo has failed"));
        InProcessCli.run(line -> {}, withSpec("pause"));
    }

    /**
     * The target's rows against those that a plain model makes of the source's history, without any
     * of Godwit's code.
     */
    ChainRows compareWithModel(ChainHistory history) throws SQLException {
        ChainRows expected = ChainModel.of(history);
        ChainRows actual;
        try (Connection connection = connect()) {
            actual = ChainRows.read(connection);
        }
        List<String> differences = actual.differencesFrom(expected);
        if (!differences.isEmpty()) {
            throw new DemoFailure(
                    DemoFailure.MISMATCH,
                    name
                            + ": "
                            + differences.size()
                            + " rows are not what the model expects, the first: "
                            + differences.get(0));
        }
        screen.line("The target's rows equal those of an independent model: " + actual);
        return actual;
    }

    /** Not through DriverManager: Godwit takes its driver out of there. */
    private Connection connect() throws SQLException {
        Properties login = new Properties();
        login.setProperty("user", target.user());
        login.setProperty("password", target.password());
        return new Driver().connect(target.url(), login);
    }

    Screen screen() {
        return screen;
    }

    /** A line of a command's output: shown, or kept in case that something goes wrong. */
    void output(String line) {
        if (told.test(line)) {
            screen.output(line);
        } else {
            untold.add(line);
        }
    }

    /** Everything that was not shown. */
    void tellTheRest() {
        untold.forEach(screen::output);
    }

    /** Runs a command in the foreground; another exit code ends the demo. */
    private void shown(int expected, String... arguments) {
        int exitCode = run(this::output, arguments);
        if (exitCode != expected) {
            throw new DemoFailure(
                    exitCode == 0 ? DemoFailure.MISMATCH : exitCode,
                    "'godwit "
                            + arguments[0]
                            + "' of "
                            + name
                            + " ended with exit code "
                            + exitCode
                            + ", expected "
                            + expected);
        }
    }

    int run(Consumer<String> out, String... arguments) {
        screen.command(typed(arguments));
        return InProcessCli.run(out, arguments);
    }

    private static Optional<JsonNode> json(String... arguments) {
        List<String> lines = new ArrayList<>();
        int exitCode = InProcessCli.run(lines::add, arguments);
        String output = String.join("\n", lines);
        if (exitCode == REFUSED) {
            return Optional.empty();
        }
        if (exitCode != 0) {
            throw new DemoFailure(exitCode, "'godwit " + arguments[0] + "': " + output);
        }
        try {
            return Optional.of(JSON.readTree(output));
        } catch (IOException e) {
            throw new IllegalStateException("No JSON: " + output, e);
        }
    }

    private String[] migrateArguments() {
        return new String[] {
            "migrate", spec.toString(), "--local", "--state-dir", state.toString()
        };
    }

    private String[] withSpec(String command, String... options) {
        List<String> arguments = new ArrayList<>(List.of(command, name));
        arguments.addAll(List.of(options));
        arguments.addAll(List.of("--spec", spec.toString()));
        return arguments.toArray(String[]::new);
    }

    private String typed(String... arguments) {
        return String.join(" ", arguments).replace(spec.getParent() + "/", "");
    }
}
