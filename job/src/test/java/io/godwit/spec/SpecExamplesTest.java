package io.godwit.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.Connectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every file in jobs-config is a spec that loads, and every connector type has one. */
final class SpecExamplesTest {

    private static final Path EXAMPLES = Path.of("..", "jobs-config");

    @TestFactory
    Stream<DynamicTest> everyExampleLoads() throws IOException {
        return examples().stream()
                .map(
                        file ->
                                DynamicTest.dynamicTest(
                                        file.getFileName().toString(),
                                        () -> assertThat(load(file).name()).isNotBlank()));
    }

    @Test
    void everyConnectorTypeHasAnExample() throws IOException {
        StringBuilder all = new StringBuilder();
        for (Path file : examples()) {
            all.append(Files.readString(file));
        }
        assertThat(Connectors.TYPES.keySet())
                .allSatisfy(type -> assertThat(all).contains("type: " + type));
    }

    private static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLES)) {
            List<Path> yaml = files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
            assertThat(yaml).isNotEmpty();
            return yaml;
        }
    }

    private static MigrationSpec load(Path file) throws IOException {
        SpecLoader loader =
                new SpecLoader(
                        Connectors.TYPES,
                        name ->
                                name.endsWith("URL")
                                        ? "jdbc:postgresql://127.0.0.1/" + name
                                        : name);
        return loader.load(file.toString(), Files.readString(file));
    }
}
