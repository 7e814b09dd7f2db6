package io.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MigrateCommandTest {

    private static final String SPEC =
            """
            name: a
            kind: chain
            source:
              type: chainstorage-dynamodb
              region: us-east-1
              block_table: blocks
              event_table: events
            target:
              type: chainstorage-postgres
              url: jdbc:postgresql://127.0.0.1:1/a
              user: a
              password: ${file:%s}
            """;

    @TempDir private Path folder;

    private final List<String> lines = new ArrayList<>();

    @Test
    void aJobInThisProcessCannotBeDetached() throws Exception {
        assertThat(migrate("--local", "--detach")).isEqualTo(ExitCode.USAGE);
        assertThat(String.join("\n", lines)).contains("--local").contains("--detach");
    }

    @Test
    void withoutAPlaceToRunItIsRefused() throws Exception {
        assertThat(migrate()).isEqualTo(ExitCode.USAGE);
        assertThat(String.join("\n", lines)).contains("--flink URL or --local");
    }

    @Test
    void aKindWithoutCommandsIsRefusedBeforeAnythingIsTouched() throws Exception {
        Path spec =
                Files.writeString(
                        folder.resolve("fanout.yaml"),
                        """
                        name: a
                        kind: fanout
                        source: { type: postgres, url: "jdbc:postgresql://127.0.0.1:1/a" }
                        targets: []
                        """);
        assertThat(InProcessCli.run(lines::add, "migrate", spec.toString(), "--local"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(String.join("\n", lines)).contains("kind").contains("fanout");
    }

    private int migrate(String... options) throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "a");
        Path spec = Files.writeString(folder.resolve("a.yaml"), SPEC.formatted(password));
        List<String> arguments = new ArrayList<>(List.of("migrate", spec.toString()));
        arguments.addAll(List.of(options));
        return InProcessCli.run(lines::add, arguments.toArray(String[]::new));
    }
}
