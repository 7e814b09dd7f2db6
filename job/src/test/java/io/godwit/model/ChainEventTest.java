package io.godwit.model;

import static io.godwit.model.BlockEventType.BLOCK_ADDED;
import static io.godwit.testkit.SampleEvents.added;
import static io.godwit.testkit.SampleEvents.orphan;
import static io.godwit.testkit.SampleEvents.skipped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

final class ChainEventTest {

    private static final ChainEvent REGULAR = added(1, 7, "7a", "6a");
    private static final ChainEvent SKIPPED = skipped(BLOCK_ADDED, 2, 8);
    private static final ChainEvent ORPHAN = orphan(BLOCK_ADDED, 3, 9, "9a", "8a");

    @Test
    void hashTellsASkippedSlotFromAnOrphan() {
        assertThat(REGULAR.shape()).isEqualTo(ChainEventShape.REGULAR);
        assertThat(SKIPPED.shape()).isEqualTo(ChainEventShape.SKIPPED);
        assertThat(ORPHAN.shape()).isEqualTo(ChainEventShape.ORPHAN);
    }

    @Test
    void regularBlockWithoutHashIsStillRegular() {
        assertThat(added(1, 7, "", "").shape()).isEqualTo(ChainEventShape.REGULAR);
    }

    @Test
    void orphanPointsToTheSkippedRowOfItsHeight() {
        assertThat(REGULAR.blockId()).isEqualTo(new BlockId(1, 7, "7a", false));
        assertThat(SKIPPED.blockId()).isEqualTo(new BlockId(1, 8, "", true));
        assertThat(ORPHAN.blockId()).isEqualTo(new BlockId(1, 9, "", true));
    }

    @Test
    void descriptionFindsTheEventInBothStores() {
        assertThat(ORPHAN.describe())
                .contains(
                        "BLOCK_ADDED 3",
                        "event tag 0",
                        "block tag 1",
                        "height 9",
                        "'9a'",
                        "skipped");
        assertThat(REGULAR.describe()).doesNotContain("skipped");
    }

    @Test
    void stringsAreNeverNull() {
        assertThatNullPointerException().isThrownBy(() -> added(1, 7, "7a", null));
    }
}
