package io.godwit.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.cli.InProcessCli;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a demo is chosen. */
final class DemoCommandTest {

    private static final int USAGE = 2;

    private final List<String> lines = new ArrayList<>();

    @Test
    void anUnknownDemoIsAMistakeThatNamesTheOthers() {
        assertThat(InProcessCli.run(lines::add, "demo", "tennant")).isEqualTo(USAGE);
        assertThat(String.join("\n", lines)).contains("'tennant'", "chain", "tenant");
    }

    @Test
    void thereIsOneDemoAtATime() {
        assertThat(InProcessCli.run(lines::add, "demo", "chain", "tenant")).isEqualTo(USAGE);
    }
}
