package io.godwit.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The demo itself, with a smaller generated chain. */
final class DemoITCase {

    @Test
    void everythingMatchesAndNoSecretIsShown() throws Exception {
        List<String> lines = new CopyOnWriteArrayList<>();

        int exitCode = new ChainDemo(3_000).run(lines::add);

        String output = String.join("\n", lines);
        assertThat(exitCode).as(output).isZero();
        assertThat(output)
                .contains("256 events match", "10 events match", "Everything matched")
                .doesNotContain("password", "secret");
    }
}
