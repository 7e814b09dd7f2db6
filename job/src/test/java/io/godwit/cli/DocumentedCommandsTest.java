package io.godwit.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Every command line that the pages show is one that the command takes. */
final class DocumentedCommandsTest {

    /** A line of an example, or words in the text that begin with a command and NAME. */
    private static final Pattern COMMAND =
            Pattern.compile(
                    "(?m)^java -jar job/target/godwit\\.jar +([^#\n]+)"
                            + "|`([a-z]+ NAME[^`\\[|]*)`");

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    @ParameterizedTest
    @ValueSource(strings = {"../README.md", "../docs/cutover.md"})
    void everyCommandLineIsTaken(String page) throws IOException {
        List<String> lines;
        try (Stream<MatchResult> found =
                COMMAND.matcher(Files.readString(Path.of(page))).results()) {
            lines =
                    found.map(match -> match.group(1) == null ? match.group(2) : match.group(1))
                            .map(String::strip)
                            .toList();
        }
        assertThat(lines).hasSizeGreaterThan(5);
        for (String line : lines) {
            assertThatCode(() -> parse(line)).as("%s: %s", page, line).doesNotThrowAnyException();
        }
    }

    /** Parses it, and runs nothing. */
    private static void parse(String line) {
        List<String> words = new ArrayList<>();
        WORD.matcher(line)
                .results()
                .forEach(w -> words.add(w.group(1) == null ? w.group(2) : w.group(1)));
        CommandLine command =
                new CommandLine(
                        new Godwit(new PrintStream(OutputStream.nullOutputStream()), false));
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.parseArgs(words.toArray(String[]::new));
    }
}
