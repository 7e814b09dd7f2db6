package io.godwit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class PhaseTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '>',
            textBlock =
                    """
                    PENDING    > BULK_COPY DUAL_WRITE ABORTED FAILED
                    BULK_COPY  > DUAL_WRITE COMPLETED ABORTED FAILED
                    DUAL_WRITE > CUTOVER ABORTED FAILED
                    CUTOVER    > DUAL_WRITE COMPLETED ABORTED FAILED
                    COMPLETED  > ''
                    ABORTED    > ''
                    FAILED     > ''
                    """)
    void exactlyThesePhasesFollow(Phase phase, String next) {
        Set<String> expected =
                Arrays.stream(next.split(" "))
                        .filter(p -> !p.isEmpty())
                        .collect(Collectors.toSet());
        for (Phase other : Phase.values()) {
            assertThat(phase.next().contains(other))
                    .as("%s > %s", phase, other)
                    .isEqualTo(expected.contains(other.name()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void phaseIsTerminalExactlyWhenNothingFollows(Phase phase) {
        assertThat(phase.terminal()).isEqualTo(phase.next().isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void whatHasNotEndedCanBeAbortedAndCanFail(Phase phase) {
        if (!phase.terminal()) {
            assertThat(phase.next()).contains(Phase.ABORTED, Phase.FAILED);
        }
    }

    @Test
    void nobodyReturnsToPending() {
        assertThat(Phase.values()).noneMatch(phase -> phase.next().contains(Phase.PENDING));
    }
}
