package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.SequenceRange;
import org.junit.jupiter.api.Test;

final class SplitRequestsTest {

    @Test
    void aSplitAsksForTheNextOneOnceAndInItsMiddle() {
        EventLogSplitState state =
                new EventLogSplitState(EventLogSplit.of(0, new SequenceRange(101, 201)));
        for (long sequence = 101; sequence < 150; sequence++) {
            state.emitted(sequence);
            assertThat(state.asksForNext()).as("after %d", sequence).isFalse();
        }
        state.emitted(150);
        assertThat(state.asksForNext()).isTrue();
        state.emitted(151);
        assertThat(state.asksForNext()).isFalse();
    }

    @Test
    void aSplitOfOneEventAsksToo() {
        EventLogSplitState state =
                new EventLogSplitState(EventLogSplit.of(0, new SequenceRange(7, 8)));
        state.emitted(7);
        assertThat(state.asksForNext()).isTrue();
        assertThat(state.asksForNext()).isFalse();
    }

    @Test
    void aSplitRestoredAfterItsMiddleAsksAgain() {
        EventLogSplitState state =
                new EventLogSplitState(new EventLogSplit(0, new SequenceRange(1, 101), 101));
        assertThat(state.asksForNext()).isTrue();
    }

    @Test
    void aTailNeverAsks() {
        EventLogSplitState state = new EventLogSplitState(EventLogSplit.tail(0, 1));
        state.emitted(1);
        assertThat(state.asksForNext()).isFalse();
    }
}
