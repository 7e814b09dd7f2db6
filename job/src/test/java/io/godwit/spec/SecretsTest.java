package io.godwit.spec;

import static io.godwit.spec.SpecFixture.ENVIRONMENT;
import static io.godwit.spec.SpecFixture.LEAST;
import static io.godwit.spec.SpecFixture.LITERAL;
import static io.godwit.spec.SpecFixture.leastWith;
import static io.godwit.spec.SpecFixture.load;
import static io.godwit.spec.SpecFixture.refusal;
import static io.godwit.spec.SpecFixture.refusalOfLeastWith;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets come from the environment or a file, and are never told. */
final class SecretsTest {

    private static Secret password(MigrationSpec spec) {
        return ((ChainstoragePostgresSpec) spec.target()).password();
    }

    @Test
    void secretIsReadFromTheEnvironment() {
        assertThat(password(leastWith("  password: ${GODWIT_TARGET_PASSWORD}\n")).reveal())
                .isEqualTo("secret-of-the-target");
        assertThat(password(leastWith("  password: ${WITH_NEWLINE}\n")).reveal())
                .isEqualTo("two\nlines");
    }

    @Test
    void secretIsReadFromAFileWithoutItsLastNewline(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "from $ a file\n");
        assertThat(password(leastWith("  password: ${file:" + file + "}\n")).reveal())
                .isEqualTo("from $ a file");
    }

    @Test
    void fileThatIsNotThereIsNamed(@TempDir Path directory) {
        Path file = directory.resolve("missing");
        assertThat(refusalOfLeastWith("  password: ${file:" + file + "}\n"))
                .contains("target.password", file.toString());
    }

    @Test
    void variableThatIsNotSetIsNamed() {
        assertThat(refusalOfLeastWith("  password: ${GODWIT_PASSWROD}\n"))
                .contains("target.password", "GODWIT_PASSWROD", "not set");
        assertThat(refusal(LEAST.replace("us-east-1", "${REGION}")))
                .contains("source.region", "REGION");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2",
                "\"hunter2\"",
                "'hunter2'",
                "!!str hunter2",
                "hunter2${GODWIT_TARGET_PASSWORD}",
                "${GODWIT_TARGET_PASSWORD}hunter2",
                "|\n    hunter2",
            })
    void literalSecretIsRefused(String value) {
        assertThat(refusalOfLeastWith("  password: " + value + "\n"))
                .contains("target.password", "${ENV_NAME} or ${file:PATH}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@hunter2",
                "%hunter2",
                "`hunter2",
                "*hunter2",
                "&hunter2 &hunter2",
                "hunter2: x",
                "hunter2 \"quoted\": x",
                "\"hunter2",
                "'hunter2",
                "\"hunter2\\q\"",
                "[hunter2",
                "{hunter2",
                "[hunter2]",
                "{value: hunter2}",
                "!hunter2 x",
                "hunter2\u0001",
            })
    void literalThatIsNoValidYamlIsNotToldEither(String value) {
        assertThat(refusalOfLeastWith("  password: " + value + "\n")).startsWith("bitcoin.yaml");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ledger: jdbc:postgresql://localhost/ledger?password=hunter2\n",
                "ledger: [hunter2]\n",
                "ledger: { url: 'jdbc:postgresql://localhost/ledger?password=hunter2' }\n",
                "ledger: { url: 'jdbc:postgresql://localhost/l?user=me&PASSWORD=hunter2' }\n",
                "ledger: { url: 'jdbc:postgresql://localhost/l?ssl=true&sslpassword=hunter2' }\n",
                "ledger: { url: 'postgresql://localhost/ledger?password=hunter2' }\n",
                "ledger: { url: 'postgresql://godwit:hunter2@localhost/ledger' }\n",
                "ledger: { url: 'jdbc:postgresql://godwit:hunter2@localhost/ledger' }\n",
            })
    void passwordInAUrlIsRefusedAndNotTold(String ledger) {
        assertThat(refusalOfLeastWith(ledger)).contains("ledger");
    }

    @Test
    void passwordInTheTargetsUrlIsRefusedWithTheWayToGiveIt() {
        assertThat(refusal(LEAST.replace("/chainstorage\n", "/chainstorage?password=hunter2\n")))
                .contains("target.url carries a password", "password: ${ENV_NAME}");
    }

    @Test
    void secretPrintsAsStars() {
        assertThat(new Secret(LITERAL)).hasToString("***");
        assertThat(new Secret(LITERAL))
                .isEqualTo(new Secret(LITERAL))
                .isNotEqualTo(new Secret("x"));
    }

    @Test
    void specPrintsWithoutItsSecrets() {
        MigrationSpec spec =
                load(
                        LEAST.replace(
                                        "  block_table",
                                        "  access_key_id: ${AWS_ACCESS_KEY_ID}\n"
                                                + "  secret_access_key: ${AWS_SECRET_ACCESS_KEY}\n"
                                                + "  block_table")
                                + "  password: ${GODWIT_TARGET_PASSWORD}\n");
        assertThat(spec.toString())
                .contains("bitcoin-mainnet", "***")
                .doesNotContain(
                        ENVIRONMENT.get("AWS_SECRET_ACCESS_KEY"),
                        ENVIRONMENT.get("GODWIT_TARGET_PASSWORD"));
    }
}
