package io.godwit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.testkit.PostgresDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The commands of a tenant's migration between two databases, with the example's spec. */
final class TenantCommandRun implements Commands {

    private static final Path EXAMPLE = Path.of("../jobs-config/tenant-acme.yaml");

    /** The tenant of the example. */
    static final String ACME = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";

    private final Path folder;
    private final PostgresDatabase source;
    private final PostgresDatabase target;
    private final List<String[]> changes = new ArrayList<>();
    private String name = "tenant-acme";
    private String output = "";

    TenantCommandRun(Path folder, PostgresDatabase source, PostgresDatabase target) {
        this.folder = folder;
        this.source = source;
        this.target = target;
        change("checkpoint_interval: 10s", "checkpoint_interval: 300ms");
        change("batch_size: 5000", "batch_size: 300");
    }

    /** For the commands that follow, the spec has another text somewhere. */
    TenantCommandRun change(String from, String to) {
        changes.add(new String[] {from, to});
        return this;
    }

    TenantCommandRun called(String migration) {
        change("name: " + name, "name: " + migration);
        name = migration;
        return this;
    }

    int migrate(String... options) {
        return run(with(options, "migrate", spec().toString(), "--local", "--state-dir", state()));
    }

    int plan(String... options) {
        return run(with(options, "plan", spec().toString()));
    }

    int verify(String level, String... options) {
        return run(with(options, "verify", spec().toString(), "--level", level));
    }

    @Override
    public int named(String command, String... options) {
        return run(with(options, command, name, "--spec", spec().toString()));
    }

    RunningMigration start() {
        return new RunningMigration(
                this, "migrate", spec().toString(), "--local", "--state-dir", state());
    }

    RunningMigration resume() {
        return new RunningMigration(
                this,
                "resume",
                name,
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
        if (named("status", "--json") != ExitCode.DONE) {
            throw new AssertionError(output);
        }
        return new ObjectMapper().readTree(output);
    }

    private int run(String... arguments) {
        List<String> lines = new ArrayList<>();
        int exitCode = InProcessCli.run(lines::add, arguments);
        output = String.join("\n", lines);
        return exitCode;
    }

    private static String[] with(String[] options, String... arguments) {
        return Stream.concat(Arrays.stream(arguments), Arrays.stream(options))
                .toArray(String[]::new);
    }

    private String state() {
        return folder.resolve("state").toString();
    }

    private Path spec() {
        try {
            Path password = folder.resolve("password");
            if (!Files.exists(password)) {
                Files.writeString(password, source.password());
            }
            String text =
                    Files.readString(EXAMPLE)
                            .replace("${GODWIT_SOURCE_URL}", source.url())
                            .replace("${GODWIT_SOURCE_USER}", source.user())
                            .replace("${GODWIT_SOURCE_PASSWORD}", "${file:" + password + "}")
                            .replace("${GODWIT_TENANT_TARGET_URL}", target.url())
                            .replace("${GODWIT_TARGET_USER}", target.user())
                            .replace("${GODWIT_TARGET_PASSWORD}", "${file:" + password + "}");
            for (String[] change : changes) {
                if (!text.contains(change[0])) {
                    throw new AssertionError("The example has no '" + change[0] + "'");
                }
                text = text.replace(change[0], change[1]);
            }
            // In one step: a command in another thread may be reading it.
            Path written = Files.writeString(Files.createTempFile(folder, name, ".tmp"), text);
            return Files.move(
                    written,
                    folder.resolve(name + ".yaml"),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
