package io.godwit.sink;

import io.godwit.model.ApplyResult;
import io.godwit.model.LogEvent;
import io.godwit.model.MigrationException;
import io.godwit.port.StopForGood;
import io.godwit.port.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.groups.SinkWriterMetricGroup;

/**
 * Collects a batch and applies it in one transaction of the target. It flushes on size, on time and
 * on every checkpoint, so a completed checkpoint means that all before it is in the target. Runs on
 * the task's thread alone. Nothing of it survives a crash: what was not inside a completed
 * checkpoint comes again, and the target recognises it.
 */
final class TargetWriter<E extends LogEvent> implements CommittingSinkWriter<E, AppliedCounts> {

    private final Target<E> target;
    private final SinkOptions options;
    private final ProcessingTimeService clock;
    private final String id = UUID.randomUUID().toString();
    private final List<E> batch;
    private final Counter written;
    private final Counter alreadyEqual;
    private final Counter deadLettered;
    private ApplyResult total = ApplyResult.NOTHING;
    private ApplyResult reported = ApplyResult.NOTHING;
    private long flushDue = Long.MAX_VALUE;

    TargetWriter(
            Target<E> target,
            SinkOptions options,
            ProcessingTimeService clock,
            SinkWriterMetricGroup metrics) {
        this.target = target;
        this.options = options;
        this.clock = clock;
        this.batch = new ArrayList<>(options.batchSize());
        this.written = metrics.counter("eventsWritten");
        this.alreadyEqual = metrics.counter("eventsAlreadyEqual");
        this.deadLettered = metrics.counter("eventsDeadLettered");
    }

    @Override
    public void write(E event, Context context) {
        batch.add(event);
        if (batch.size() >= options.batchSize()) {
            apply();
        } else {
            flushWithin(event.live() ? options.liveLinger() : options.bulkLinger());
        }
    }

    private void flushWithin(java.time.Duration linger) {
        long due = clock.getCurrentProcessingTime() + linger.toMillis();
        if (due < flushDue) {
            flushDue = due;
            clock.registerTimer(
                    due,
                    time -> {
                        if (time >= flushDue) {
                            apply();
                        }
                    });
        }
    }

    private void apply() {
        flushDue = Long.MAX_VALUE;
        if (batch.isEmpty()) {
            return;
        }
        ApplyResult result;
        try {
            result = target.apply(List.copyOf(batch));
        } catch (MigrationException e) {
            throw StopForGood.orRetry(e);
        }
        long events = batch.stream().filter(e -> !e.isMark()).count();
        if (result.total() != events) {
            throw new IllegalStateException(
                    "Not every event of a batch is accounted for: " + events + " in, " + result);
        }
        total = total.plus(result);
        written.inc(result.written());
        alreadyEqual.inc(result.alreadyEqual());
        deadLettered.inc(result.deadLettered());
        batch.clear();
    }

    @Override
    public void flush(boolean endOfInput) throws IOException {
        apply();
    }

    @Override
    public Collection<AppliedCounts> prepareCommit() {
        if (total.equals(reported)) {
            return List.of();
        }
        reported = total;
        return List.of(AppliedCounts.of(id, total));
    }

    @Override
    public void close() {
        target.close();
    }
}
