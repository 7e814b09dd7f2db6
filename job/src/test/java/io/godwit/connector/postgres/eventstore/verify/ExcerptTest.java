package io.godwit.connector.postgres.eventstore.verify;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ExcerptTest {

    @Test
    void longValuesAreShownWhereTheyBeginToDiffer() {
        String same = "s".repeat(500);
        Difference.Column column = Excerpt.of("payload", same + "1" + same, same + "2");
        assertThat(column.source()).startsWith("…sss").contains("s1s").hasSize(82);
        assertThat(column.target()).isEqualTo("…" + "s".repeat(20) + "2");
    }

    @Test
    void shortValuesAndNullsAreWhole() {
        assertThat(Excerpt.of("actor", null, ""))
                .isEqualTo(new Difference.Column("actor", null, ""));
        assertThat(Excerpt.of("payload", "x".repeat(100), null).source())
                .isEqualTo("x".repeat(80) + "…");
    }

    @Test
    void charactersAreNotCutInTwo() {
        String smiles = "\ud83d\ude00".repeat(100);
        String shown = Excerpt.of("payload", "a" + smiles, "a" + smiles + "!").source();
        assertThat(shown.codePoints().filter(c -> c >= 0xD800 && c <= 0xDFFF)).isEmpty();
    }
}
