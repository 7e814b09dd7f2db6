package io.godwit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SequenceRangeTest {

    @ParameterizedTest
    @CsvSource({"0, 5", "-1, 5", "5, 4", "1, 0"})
    void boundsThatAreNoRangeAreRefusedByValue(long from, long until) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SequenceRange(from, until))
                .withMessageContaining("[" + from + ", " + until + ")");
    }

    @Test
    void firstIsInTheRangeAndUntilIsNot() {
        SequenceRange range = new SequenceRange(3, 5);
        assertThat(range.contains(2)).isFalse();
        assertThat(range.contains(3)).isTrue();
        assertThat(range.contains(4)).isTrue();
        assertThat(range.contains(5)).isFalse();
        assertThat(range.size()).isEqualTo(2);
    }

    @Test
    void emptyRangeContainsNothing() {
        SequenceRange range = new SequenceRange(7, 7);
        assertThat(range.isEmpty()).isTrue();
        assertThat(range.size()).isZero();
        assertThat(range.contains(7)).isFalse();
    }

    @Test
    void openEndIsARangeToo() {
        SequenceRange range = new SequenceRange(1, Long.MAX_VALUE);
        assertThat(range.isEmpty()).isFalse();
        assertThat(range.contains(Long.MAX_VALUE - 1)).isTrue();
    }
}
