package io.godwit.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ExpectedVersionTest {

    @Test
    void eachExpectationAcceptsItsVersionsOnly() {
        assertThat(ExpectedVersion.any().accepts(0)).isTrue();
        assertThat(ExpectedVersion.any().accepts(7)).isTrue();
        assertThat(ExpectedVersion.noStream().accepts(0)).isTrue();
        assertThat(ExpectedVersion.noStream().accepts(1)).isFalse();
        assertThat(ExpectedVersion.streamExists().accepts(0)).isFalse();
        assertThat(ExpectedVersion.streamExists().accepts(1)).isTrue();
        assertThat(ExpectedVersion.exact(3).accepts(2)).isFalse();
        assertThat(ExpectedVersion.exact(3).accepts(3)).isTrue();
        assertThat(ExpectedVersion.exact(3).accepts(4)).isFalse();
    }

    @Test
    void aNegativeVersionIsRefused() {
        assertThatThrownBy(() -> ExpectedVersion.exact(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("exact(-1)");
    }
}
