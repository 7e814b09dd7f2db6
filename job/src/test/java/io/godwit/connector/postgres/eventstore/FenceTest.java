package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.Fence.Holder;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class FenceTest {

    private static final Holder SESSION = new Holder("3/77", 4711);
    private static final Holder OTHER = new Holder("4/12", 4712);
    private static final Holder PREPARED = new Holder("-1/901", 0);
    private static final Holder LATER_PREPARED = new Holder("-1/902", 0);

    @Test
    void fenceIsFinalWhenItsHoldersHaveGone() {
        Fence fence = new Fence(9, Set.of(SESSION, PREPARED));
        assertThat(fence.isFinal()).isFalse();
        assertThat(fence.stillOpen(Set.of()).isFinal()).isTrue();
    }

    @Test
    void laterHoldersAreNotWaitedFor() {
        Fence fence = new Fence(9, Set.of(SESSION));
        assertThat(fence.stillOpen(Set.of(SESSION, OTHER, PREPARED))).isEqualTo(fence);
    }

    @Test
    void sessionThatHasGoneMayHavePreparedWhateverIsPrepared() {
        Fence fence = new Fence(9, Set.of(SESSION));
        Fence next = fence.stillOpen(Set.of(OTHER, PREPARED));
        assertThat(next.holders()).containsExactly(PREPARED);
        assertThat(next.stillOpen(Set.of(OTHER)).isFinal()).isTrue();
    }

    @Test
    void sameIdWithoutASessionIsAnotherHolder() {
        Fence fence = new Fence(9, Set.of(SESSION));
        Holder handedOn = new Holder(SESSION.transaction(), 0);
        assertThat(fence.stillOpen(Set.of(handedOn)).holders()).containsExactly(handedOn);
    }

    @Test
    void preparedOnesThatComeLaterDoNotKeepTheFenceOpen() {
        Fence fence = new Fence(9, Set.of(SESSION)).stillOpen(Set.of(PREPARED));
        assertThat(fence.stillOpen(Set.of(LATER_PREPARED)).isFinal()).isTrue();
    }
}
