package io.godwit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.ChainTables;
import io.godwit.testkit.PostgresDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The commands of a chain's migration. */
final class CommandRun implements Commands {

    private static final String NAME = "cli-test";

    private final Path folder;
    private final String endpoint;
    private final ChainTables tables;
    private final PostgresDatabase database;
    private String settings = "continuous: true";
    private String eventTags = "[0]";
    private String output = "";

    CommandRun(Path folder, String endpoint, ChainTables tables, PostgresDatabase database) {
        this.folder = folder;
        this.endpoint = endpoint;
        this.tables = tables;
        this.database = database;
    }

    ChainTables tables() {
        return tables;
    }

    CommandRun bounded() {
        settings = "continuous: false";
        return this;
    }

    /** More settings for the commands that follow, one line each. */
    CommandRun with(String lines) {
        settings = "continuous: false\n" + lines;
        return this;
    }

    CommandRun eventTags(String tags) {
        eventTags = tags;
        return this;
    }

    int migrate(String... options) throws IOException {
        return run(
                Stream.concat(
                                Stream.of(
                                        "migrate",
                                        spec().toString(),
                                        "--local",
                                        "--state-dir",
                                        state()),
                                Arrays.stream(options))
                        .toArray(String[]::new));
    }

    int plan() throws IOException {
        return run("plan", spec().toString());
    }

    int verify(String level) throws IOException {
        return run("verify", spec().toString(), "--level", level);
    }

    @Override
    public int named(String command, String... options) throws IOException {
        return run(
                Stream.concat(
                                Stream.of(command, NAME, "--spec", spec().toString()),
                                Arrays.stream(options))
                        .toArray(String[]::new));
    }

    /** The migration with its tail, in a thread of its own. */
    RunningMigration start() throws IOException {
        return new RunningMigration(
                this, "migrate", spec().toString(), "--local", "--state-dir", state());
    }

    RunningMigration resume() throws IOException {
        return new RunningMigration(
                this,
                "resume",
                NAME,
                "--spec",
                spec().toString(),
                "--local",
                "--state-dir",
                state());
    }

    @Override
    public String output() {
        return output;
    }

    JsonNode status() throws IOException {
        assertDone(named("status", "--json"));
        return new ObjectMapper().readTree(output);
    }

    private void assertDone(int exitCode) {
        if (exitCode != ExitCode.DONE) {
            throw new AssertionError("Exit code " + exitCode + ": " + output);
        }
    }

    ChainRows rows() throws SQLException {
        try (Connection connection = database.connect()) {
            return ChainRows.read(connection);
        }
    }

    void sql(String statement) throws SQLException {
        try (Connection connection = database.connect();
                Statement change = connection.createStatement()) {
            if (change.executeUpdate(statement) == 0) {
                throw new AssertionError("Changed nothing: " + statement);
            }
        }
    }

    /** Every table of the database, whatever its schema. */
    List<String> tableNames() throws SQLException {
        return strings(
                "SELECT schemaname || '.' || tablename FROM pg_tables"
                        + " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')");
    }

    List<String> deadLetters() throws SQLException {
        return strings("SELECT key FROM godwit.dead_letters ORDER BY key");
    }

    private List<String> strings(String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    private int run(String... arguments) {
        List<String> lines = new ArrayList<>();
        int exitCode = InProcessCli.run(lines::add, arguments);
        output = String.join("\n", lines);
        return exitCode;
    }

    private String state() {
        return folder.resolve("state").toString();
    }

    private Path spec() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "godwit");
        Path password = Files.writeString(folder.resolve("password"), database.password());
        return Files.writeString(
                folder.resolve("spec.yaml"),
                """
                name: %s
                kind: chain
                source:
                  type: chainstorage-dynamodb
                  region: us-east-1
                  endpoint: %s
                  access_key_id: godwit
                  secret_access_key: ${file:%s}
                  block_table: %s
                  event_table: %s
                  versioned_event_table: %s
                  event_tags: %s
                target:
                  type: chainstorage-postgres
                  url: %s
                  user: %s
                  password: ${file:%s}
                  create_schema: true
                batch_size: 16
                parallelism: 2
                checkpoint_interval: 300ms
                poll_interval: 100ms
                %s
                """
                        .formatted(
                                NAME,
                                endpoint,
                                secret,
                                tables.blockTable(),
                                tables.eventTable(),
                                tables.versionedEventTable(),
                                eventTags,
                                database.url(),
                                database.user(),
                                password,
                                settings));
    }
}
