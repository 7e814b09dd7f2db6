package io.godwit.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

final class DualWriteInterceptorTest {

    private static final StreamId STREAM = new StreamId(new UUID(0, 1), new UUID(0, 2), "Order");

    private final MemoryStore source = new MemoryStore();
    private final MemoryStore target = new MemoryStore();

    @Test
    void theSourceAnswersAndTheTargetFollows() {
        try (DualWriteInterceptor both = new DualWriteInterceptor(source, target)) {
            assertThat(both.append(STREAM, List.of(event(), event()), ExpectedVersion.noStream()))
                    .isEqualTo(new AppendResult(2, 1));
            assertThat(both.streamVersion(STREAM)).isEqualTo(2);
        }
        assertThat(target.appended).isEqualTo(source.appended);
    }

    @Test
    void anErrorOfTheSourceReachesTheCallerAndTheTargetIsNotTouched() {
        source.refuses = true;
        try (DualWriteInterceptor both = new DualWriteInterceptor(source, target)) {
            assertThatThrownBy(() -> append(both)).hasMessageContaining("refused");
            assertThat(both.failureStats().totalFailures()).isZero();
        }
        assertThat(target.appended).isEmpty();
    }

    @Test
    void errorsOfTheTargetAreCountedAndSuccessesDoNotCancelThem() {
        try (DualWriteInterceptor both = new DualWriteInterceptor(source, target)) {
            target.refuses = true;
            append(both);
            awaitFailures(both, 1);
            Instant first = both.failureStats().firstFailureAt();
            target.refuses = false;
            append(both);

            assertThat(source.appended).hasSize(2);
            // The target lacks the first event, so it must not take the second.
            awaitFailures(both, 2);
            assertThat(target.appended).isEmpty();
            assertThat(both.failureStats().firstFailureAt()).isEqualTo(first);
            assertThat(both.failedWrites().get(0).eventIds())
                    .containsExactly(source.appended.get(0).eventId());
            both.clearFailureHistory();
            assertThat(both.failureStats()).isEqualTo(new FailureStats(0, 0, null, null, 0));
        }
    }

    @Test
    void theHistoryIsBoundedAndTheCountIsNot() {
        target.refuses = true;
        try (DualWriteInterceptor both = new DualWriteInterceptor(source, target)) {
            for (int i = 0; i < 1_010; i++) {
                append(both);
            }
            awaitFailures(both, 1_010);
            assertThat(both.failedWrites()).hasSize(1_000);
            assertThat(both.failedWrites().get(0).sourcePosition()).isEqualTo(11);
            assertThat(both.failureStats().streamsAffected()).isEqualTo(1);
        }
    }

    @Test
    void aTargetThatHangsNeitherHoldsTheCallerNorFillsTheMemory() {
        target.gate = new CountDownLatch(1);
        try (DualWriteInterceptor both = new DualWriteInterceptor(source, target, 2)) {
            append(both);
            Awaitility.await().until(() -> both.waiting() == 0);
            append(both);
            append(both);
            append(both);

            assertThat(source.appended).hasSize(4);
            assertThat(both.waiting()).isEqualTo(2);
            assertThat(both.failedWrites().get(0).error()).contains("too slow");
            target.gate.countDown();
        }
        assertThat(target.appended).hasSize(3);
    }

    private static void append(EventStore store) {
        store.append(STREAM, List.of(event()), ExpectedVersion.any());
    }

    private static void awaitFailures(DualWriteInterceptor both, int count) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(2))
                .until(() -> both.failureStats().totalFailures() == count);
    }

    private static NewEvent event() {
        return new NewEvent(UUID.randomUUID(), "Placed", Instant.EPOCH, null, "{}");
    }

    /** One stream in memory. */
    private static final class MemoryStore implements EventStore {
        private final List<NewEvent> appended = new ArrayList<>();
        private volatile boolean refuses;
        private volatile CountDownLatch gate = new CountDownLatch(0);

        @Override
        public AppendResult append(
                StreamId stream, List<NewEvent> events, ExpectedVersion expected) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            synchronized (appended) {
                if (refuses) {
                    throw new EventStoreException("refused");
                }
                if (!expected.accepts(appended.size())) {
                    throw new OptimisticLockException(stream, expected, appended.size());
                }
                long first = appended.size() + 1L;
                appended.addAll(events);
                return new AppendResult(appended.size(), first);
            }
        }

        @Override
        public List<RecordedEvent> readStream(StreamId stream, long fromVersion) {
            return List.of();
        }

        @Override
        public long streamVersion(StreamId stream) {
            return appended.size();
        }

        @Override
        public FeedPage readAll(UUID tenantId, long afterPosition, int limit) {
            return new FeedPage("memory", List.of());
        }
    }
}
