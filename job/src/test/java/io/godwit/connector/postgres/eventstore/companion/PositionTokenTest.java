package io.godwit.connector.postgres.eventstore.companion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Positions as eventsource-py spells them. */
final class PositionTokenTest {

    /** The right side is what json.dumps({"s": ..., "k": [42]}, separators=(",", ":")) printed. */
    static Stream<Arguments> printedByPython() {
        return Stream.of(
                Arguments.of("pg:orders", "{\"s\":\"pg:orders\",\"k\":[42]}"),
                Arguments.of("a\"b\\c/d", "{\"s\":\"a\\\"b\\\\c/d\",\"k\":[42]}"),
                Arguments.of("größe 1 €", "{\"s\":\"gr\\u00f6\\u00dfe 1 \\u20ac\",\"k\":[42]}"),
                Arguments.of(
                        "tab\tnl\ncr\rff\fbs\b",
                        "{\"s\":\"tab\\tnl\\ncr\\rff\\fbs\\b\",\"k\":[42]}"),
                Arguments.of(
                        "\0\37\177\200", "{\"s\":\"\\u0000\\u001f\\u007f\\u0080\",\"k\":[42]}"),
                Arguments.of("\ud83d\udc26 godwit", "{\"s\":\"\\ud83d\\udc26 godwit\",\"k\":[42]}"),
                Arguments.of("\ud800", "{\"s\":\"\\ud800\",\"k\":[42]}"),
                Arguments.of("\u2028<&>'", "{\"s\":\"\\u2028<&>'\",\"k\":[42]}"));
    }

    @ParameterizedTest
    @MethodSource("printedByPython")
    void isWrittenAsPythonWritesIt(String storeId, String printed) {
        assertThat(new PositionToken(storeId, 42).encode()).isEqualTo(printed);
        assertThat(PositionToken.parse(printed)).isEqualTo(new PositionToken(storeId, 42));
    }

    @Test
    void isReadAsItWasWritten() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            StringBuilder storeId = new StringBuilder();
            random.ints(random.nextInt(12), 0, 0x11_0000)
                    .forEach(c -> storeId.appendCodePoint(random.nextBoolean() ? c % 128 : c));
            PositionToken token = new PositionToken(storeId.toString(), random.nextLong());
            assertThat(PositionToken.parse(token.encode())).as("seed %d", seed).isEqualTo(token);
            assertThat(token.encode()).as("seed %d", seed).matches("[ -~]+");
        }
    }

    @Test
    void bareNumberIsAPositionOfNoStore() {
        PositionToken token = PositionToken.parse("0042");
        assertThat(token).isEqualTo(new PositionToken(null, 42));
        assertThat(token.legacy()).isTrue();
        assertThat(token.encode()).isEqualTo("42");
    }

    @Test
    void spacesAreNoMatter() {
        assertThat(PositionToken.parse(" {\"k\": [7], \"s\": \"a\"}"))
                .isEqualTo(new PositionToken("a", 7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-3",
                "99999999999999999999",
                "null",
                "{}",
                "{\"s\":\"a\",\"k\":[]}",
                "{\"s\":\"a\",\"k\":[1,2]}",
                "{\"s\":\"a\",\"k\":[\"1\"]}",
                "{\"s\":\"a\",\"k\":[true]}",
                "{\"s\":\"a\",\"k\":[1.0]}",
                "{\"s\":\"a\",\"k\":[99999999999999999999]}",
                "{\"s\":7,\"k\":[1]}",
                "{\"s\":\"a\",\"k\":[1]} x"
            })
    void anythingElseIsRefusedWithItsText(String text) {
        assertThatThrownBy(() -> PositionToken.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + text + "' is no position");
    }
}
