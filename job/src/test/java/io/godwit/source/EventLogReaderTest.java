package io.godwit.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.SequenceRange;
import io.godwit.testkit.InMemoryEventLog;
import io.godwit.testkit.InMemoryEventLog.Numbered;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.flink.core.io.InputStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a reader asks for ranges. */
@Timeout(60)
final class EventLogReaderTest {

    private final InMemoryEventLog log = new InMemoryEventLog().head(0, 1000);
    private final ManualReaderContext context = new ManualReaderContext();
    private final CheckpointBudget budget = new CheckpointBudget(10_000);
    private final AtomicInteger sessions = new AtomicInteger();
    private final EventLogReader<Numbered> reader =
            new EventLogReader<>(this::session, budget, context);

    private EventLogSplitReader<Numbered> session() {
        sessions.incrementAndGet();
        return new EventLogSplitReader<>(
                log,
                Options.polling(Map.of(0, 1L), Duration.ofMillis(1)),
                budget,
                new BulkPace(0),
                failure -> {});
    }

    @AfterEach
    void close() throws Exception {
        reader.close();
    }

    private static EventLogSplit bulk(long from, long until) {
        return EventLogSplit.of(0, new SequenceRange(from, until));
    }

    @Test
    void aReaderAsksForARangeToSpare() {
        reader.start();
        assertThat(context.splitRequests()).isEqualTo(1);
        reader.addSplits(List.of(bulk(1, 3)));
        assertThat(context.splitRequests()).isEqualTo(2);
        reader.addSplits(List.of(bulk(3, 5)));
        assertThat(context.splitRequests()).isEqualTo(2);
    }

    @Test
    void aRestoredReaderAsksForNoMoreThanOneToSpare() {
        reader.addSplits(List.of(bulk(1, 3), bulk(3, 5)));
        reader.start();
        assertThat(context.splitRequests()).isZero();
    }

    @Test
    void aTailIsNoReasonToAsk() {
        reader.addSplits(List.of(EventLogSplit.tail(0, 1)));
        assertThat(context.splitRequests()).isZero();
    }

    /** A fetcher that has nothing to read is shut down, and with it goes its session. */
    @Test
    void oneSessionReadsAllRanges() throws Exception {
        CollectedEvents<Numbered> events = new CollectedEvents<>();
        reader.start();
        for (long next = 1, given = 0; events.size() < 1000; ) {
            for (; given < context.splitRequests() && next <= 1000; given++, next += 20) {
                reader.addSplits(List.of(bulk(next, next + 20)));
            }
            if (reader.pollNext(events) == InputStatus.NOTHING_AVAILABLE) {
                reader.isAvailable().get();
            }
        }
        assertThat(events.sequences()).isEqualTo(LongStream.rangeClosed(1, 1000).boxed().toList());
        assertThat(sessions).hasValue(1);
    }
}
