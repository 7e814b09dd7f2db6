package io.godwit.model;

import static io.godwit.model.BlockEventType.BLOCK_ADDED;
import static io.godwit.model.BlockEventType.BLOCK_REMOVED;
import static io.godwit.testkit.SampleEvents.added;
import static io.godwit.testkit.SampleEvents.orphan;
import static io.godwit.testkit.SampleEvents.removed;
import static io.godwit.testkit.SampleEvents.skipped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ChainLogRuleTest {

    static Stream<Arguments> pairs() {
        return Stream.of(
                arguments("the tip's child", added(1, 5, "5a", "4a"), added(2, 6, "6a", "5a"), ""),
                arguments(
                        "another's child",
                        added(1, 5, "5a", "4a"),
                        added(2, 6, "6a", "5b"),
                        "parent hash is the hash of the tip"),
                arguments("parent unknown", added(1, 5, "5a", "4a"), added(2, 6, "6a", ""), ""),
                arguments(
                        "a height left out",
                        added(1, 5, "5a", "4a"),
                        added(2, 7, "7a", "5a"),
                        "one above the tip"),
                arguments(
                        "the same height twice",
                        added(1, 5, "5a", "4a"),
                        added(2, 5, "5b", "4a"),
                        "one above the tip"),
                arguments(
                        "above a skipped slot",
                        skipped(BLOCK_ADDED, 1, 5),
                        added(2, 6, "6a", "4a"),
                        ""),
                arguments(
                        "a skipped slot", added(1, 5, "5a", "4a"), skipped(BLOCK_ADDED, 2, 6), ""),
                arguments(
                        "a skipped slot at the wrong height",
                        added(1, 5, "5a", "4a"),
                        skipped(BLOCK_ADDED, 2, 7),
                        "one above the tip"),
                arguments(
                        "an orphan needs no link",
                        added(1, 5, "5a", "4a"),
                        orphan(BLOCK_ADDED, 2, 6, "6b", "5b"),
                        ""),
                arguments(
                        "nor does what follows it",
                        orphan(BLOCK_ADDED, 1, 5, "5b", "4b"),
                        added(2, 6, "6a", "5a"),
                        ""),
                arguments("the tip goes", added(1, 5, "5a", "4a"), removed(2, 5, "5a", "4a"), ""),
                arguments(
                        "not the tip's hash",
                        added(1, 5, "5a", "4a"),
                        removed(2, 5, "5b", "4a"),
                        "only the tip can be removed"),
                arguments(
                        "not the tip's height",
                        added(1, 5, "5a", "4a"),
                        removed(2, 4, "5a", "4a"),
                        "only the tip can be removed"),
                arguments(
                        "a skipped slot goes",
                        skipped(BLOCK_ADDED, 1, 5),
                        skipped(BLOCK_REMOVED, 2, 5),
                        ""),
                arguments(
                        "an orphan is removed by its hash",
                        orphan(BLOCK_ADDED, 1, 5, "5a", "4a"),
                        orphan(BLOCK_REMOVED, 2, 5, "5b", "4a"),
                        "only the tip can be removed"),
                arguments("another branch", removed(1, 5, "5a", "4a"), added(2, 5, "5b", "4a"), ""),
                arguments("the same again", removed(1, 5, "5a", "4a"), added(2, 5, "5a", "4a"), ""),
                arguments(
                        "a branch from elsewhere",
                        removed(1, 5, "5a", "4a"),
                        added(2, 5, "5b", "4b"),
                        "share the block below"),
                arguments(
                        "one too high",
                        removed(1, 5, "5a", "4a"),
                        added(2, 6, "6b", "5a"),
                        "takes the height of the removed one"),
                arguments(
                        "branch's parent unknown",
                        removed(1, 5, "5a", "4a"),
                        added(2, 5, "5b", ""),
                        ""),
                arguments(
                        "removed's parent unknown",
                        removed(1, 5, "5a", ""),
                        added(2, 5, "5b", "4b"),
                        ""),
                arguments(
                        "a slot that was skipped after all",
                        removed(1, 5, "5a", "4a"),
                        skipped(BLOCK_ADDED, 2, 5),
                        ""),
                arguments(
                        "a block in a slot that was skipped",
                        skipped(BLOCK_REMOVED, 1, 5),
                        added(2, 5, "5a", "4a"),
                        ""),
                arguments(
                        "genesis for genesis", removed(1, 0, "0a", ""), added(2, 0, "0b", ""), ""),
                arguments(
                        "the parent goes",
                        removed(1, 5, "5a", "4a"),
                        removed(2, 4, "4a", "3a"),
                        ""),
                arguments(
                        "not the parent",
                        removed(1, 5, "5a", "4a"),
                        removed(2, 4, "4b", "3a"),
                        "the next block removed is the parent"),
                arguments(
                        "upwards",
                        removed(1, 5, "5a", "4a"),
                        removed(2, 6, "6a", "5a"),
                        "from the tip downwards"),
                arguments(
                        "what is below is unknown",
                        removed(1, 5, "5a", ""),
                        removed(2, 4, "4b", "3a"),
                        ""),
                arguments(
                        "a skipped slot below",
                        removed(1, 5, "5a", "3a"),
                        skipped(BLOCK_REMOVED, 2, 4),
                        ""),
                arguments(
                        "a block below a skipped slot",
                        skipped(BLOCK_REMOVED, 1, 5),
                        removed(2, 4, "4a", "3a"),
                        ""),
                arguments(
                        "a sequence left out",
                        added(1, 5, "5a", "4a"),
                        added(3, 6, "6a", "5a"),
                        "sequences are consecutive"),
                arguments(
                        "a sequence twice",
                        added(1, 5, "5a", "4a"),
                        added(1, 6, "6a", "5a"),
                        "sequences are consecutive"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pairs")
    void neighboursAreJudgedByTheServicesOwnRule(
            String name, ChainEvent prev, ChainEvent next, String broken) {
        if (broken.isEmpty()) {
            assertThat(ChainLogRule.violation(prev, next)).isEmpty();
        } else {
            assertThat(ChainLogRule.violation(prev, next).orElseThrow())
                    .contains(broken, prev.describe(), next.describe());
        }
    }

    @Test
    void logBeginsWithAnAdded() {
        assertThat(ChainLogRule.violationAtStart(added(1, 0, "0a", ""))).isEmpty();
        assertThat(ChainLogRule.violationAtStart(skipped(BLOCK_ADDED, 1, 9))).isEmpty();
        assertThat(ChainLogRule.violationAtStart(removed(1, 5, "5a", "4a")).orElseThrow())
                .contains("begins with a REMOVED", "BLOCK_REMOVED 1");
    }
}
