package io.godwit.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.godwit.connector.Connectors;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** A spec that is fine, and what becomes of it with one line changed. */
final class SpecFixture {

    static final String LITERAL = "hunter2";

    static final Map<String, String> ENVIRONMENT =
            Map.of(
                    "AWS_ACCESS_KEY_ID", "AKIA-EXAMPLE",
                    "AWS_SECRET_ACCESS_KEY", "secret-of-the-source",
                    "GODWIT_TARGET_PASSWORD", "secret-of-the-target",
                    "TARGET_HOST", "db.example.org",
                    "WITH_NEWLINE", "two\nlines");

    /** The least that a spec says. */
    static final String LEAST =
            """
            name: bitcoin-mainnet
            kind: chain
            source:
              type: chainstorage-dynamodb
              region: us-east-1
              block_table: blocks
              event_table: events
            target:
              type: chainstorage-postgres
              url: jdbc:postgresql://127.0.0.1:5432/chainstorage
            """;

    private SpecFixture() {}

    static MigrationSpec load(String yaml) {
        return new SpecLoader(Connectors.TYPES, ENVIRONMENT::get).load("bitcoin.yaml", yaml);
    }

    static MigrationSpec leastWith(String lines) {
        return load(LEAST + lines);
    }

    /** The message of a refusal: it names the file, and its whole stack trace tells no secret. */
    static String refusal(String yaml) {
        SpecException refused = catchThrowableOfType(SpecException.class, () -> load(yaml));
        assertThat(refused).as("refused: %s", yaml).isNotNull();
        assertThat(refused.getMessage()).startsWith("bitcoin.yaml");
        StringWriter trace = new StringWriter();
        refused.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain(LITERAL);
        ENVIRONMENT.forEach(
                (name, value) -> assertThat(trace.toString()).as(name).doesNotContain(value));
        return refused.getMessage();
    }

    static String refusalOfLeastWith(String lines) {
        return refusal(LEAST + lines);
    }
}
