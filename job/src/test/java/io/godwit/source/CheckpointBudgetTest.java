package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.testkit.Waiting;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CheckpointBudgetTest {

    private static void emit(CheckpointBudget budget, int events) {
        for (int i = 0; i < events; i++) {
            budget.emittedOne();
        }
    }

    @Test
    void atMostTheLimitIsGrantedBeforeACheckpoint() throws Exception {
        CheckpointBudget budget = new CheckpointBudget(10);
        assertThat(budget.take(4)).isEqualTo(4);
        assertThat(budget.take(4)).isEqualTo(4);
        assertThat(budget.take(4)).as("the rest").isEqualTo(2);
    }

    @Test
    void usedUpBudgetWaitsForACompletedCheckpoint() throws Exception {
        CheckpointBudget budget = new CheckpointBudget(10);
        budget.take(10);
        emit(budget, 10);
        try (Waiting<Integer> take = Waiting.on(() -> budget.take(7)).awaitParked()) {
            budget.snapshot(1);
            assertThat(take.done()).as("a snapshot alone gives nothing back").isFalse();
            budget.completed(1);
            assertThat(take.result()).isEqualTo(7);
        }
        assertThat(budget.take(7)).isEqualTo(3);
    }

    @Test
    void checkpointGivesBackOnlyWhatWasEmittedBeforeIt() throws Exception {
        CheckpointBudget budget = new CheckpointBudget(10);
        budget.take(10);
        emit(budget, 3);
        budget.snapshot(1);
        emit(budget, 4);
        budget.completed(1);
        assertThat(budget.take(10)).isEqualTo(3);
    }

    @Test
    void laterCheckpointStandsForThoseThatNeverCompleted() throws Exception {
        CheckpointBudget budget = new CheckpointBudget(10);
        budget.take(10);
        emit(budget, 2);
        budget.snapshot(1);
        emit(budget, 3);
        budget.snapshot(2);
        emit(budget, 5);
        budget.snapshot(3);
        budget.completed(2);
        assertThat(budget.take(10)).isEqualTo(5);
        budget.completed(1);
        try (Waiting<Integer> take = Waiting.on(() -> budget.take(10)).awaitParked()) {
            budget.completed(3);
            assertThat(take.result()).isEqualTo(5);
        }
    }

    @Test
    void wakeUpEndsTheWaitOnceWithoutAGrant() throws Exception {
        CheckpointBudget budget = new CheckpointBudget(1);
        budget.take(1);
        try (Waiting<Integer> take = Waiting.on(() -> budget.take(1)).awaitParked()) {
            budget.wakeUp();
            assertThat(take.result()).isZero();
        }
        try (Waiting<Integer> again = Waiting.on(() -> budget.take(1)).awaitParked()) {
            assertThat(again.done()).isFalse();
        }
    }

    @Test
    void wakeUpBeforeTheWaitIsNotLost() throws Exception {
        CheckpointBudget budget = new CheckpointBudget(5);
        budget.wakeUp();
        assertThat(budget.take(5)).isZero();
        assertThat(budget.take(5)).as("and costs nothing").isEqualTo(5);
    }

    @Test
    void interruptEndsTheWait() {
        CheckpointBudget budget = new CheckpointBudget(1);
        try (Waiting<Integer> take =
                Waiting.on(
                        () -> {
                            budget.take(1);
                            return budget.take(1);
                        })) {
            take.awaitParked().interrupt();
            assertThatThrownBy(take::result).hasCauseInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void limitWithoutEndNeverWaits() throws Exception {
        CheckpointBudget budget = new CheckpointBudget(Long.MAX_VALUE);
        for (int i = 0; i < 1000; i++) {
            assertThat(budget.take(Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE);
        }
    }
}
