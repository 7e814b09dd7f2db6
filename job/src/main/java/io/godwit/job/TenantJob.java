package io.godwit.job;

import io.godwit.connector.postgres.eventstore.AppendingTarget;
import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.EventStoreTarget;
import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.LogicalTableLog;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.port.EventLog;
import io.godwit.port.Target;
import io.godwit.sink.SinkOptions;
import io.godwit.sink.TargetSink;
import io.godwit.source.EventLogSource;
import io.godwit.source.SourceOptions;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Tail;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The graph of {@code kind: tenant}: the rows of the tenants straight into another store, reader
 * and writer in one task. Where positions are kept, ranges may be written in any order; where the
 * receiving store draws them, one reader and one writer keep the order.
 */
public final class TenantJob {

    /** Rows per read: one COPY, small enough to checkpoint between. */
    private static final int PAGE = 2000;

    /** Short, because someone waits for the event; the log itself looks less often when idle. */
    private static final Duration TAIL_POLL = Duration.ofMillis(5);

    /** A look at the stream is a look at a socket. */
    private static final Duration STREAM_POLL = Duration.ofMillis(1);

    /** Events per second. One PostgreSQL took 40,000 a second from two lanes of a busy machine. */
    private static final long PACE = 100_000;

    private TenantJob() {}

    /**
     * @param plan what was found when it was planned
     */
    public static void build(
            StreamExecutionEnvironment env, MigrationSpec spec, Run run, TenantPlan plan) {
        List<String> tenants = spec.tenant().tenants();
        String migration = spec.name();
        int lanes = plan.lanes(spec.parallelism());
        TenantFailures failures = new TenantFailures(run, spec);
        JobSettings.apply(env, spec, PACE);
        env.configure(new Configuration().set(PipelineOptions.NAME, plan.title()));
        EventLogSource<StoredEvent> events =
                new EventLogSource<>(
                        () -> log(plan, tenants, migration),
                        () -> new TenantRunJournal(new LedgerRunJournal(run), run, spec, plan),
                        failures,
                        sourceOptions(spec, plan, lanes),
                        TypeInformation.of(StoredEvent.class));
        env.fromSource(events, WatermarkStrategy.noWatermarks(), "tenant events")
                .uid("source")
                .setParallelism(lanes)
                .sinkTo(
                        new TargetSink<>(
                                () -> new RecordingTarget<>(target(plan, migration), failures),
                                new SinkOptions(
                                        spec.batchSize(),
                                        Duration.ofSeconds(1),
                                        Duration.ofMillis(2)),
                                counts ->
                                        LedgerProgress.follow(
                                                counts,
                                                run,
                                                spec.continuous() ? null : new TenantFinish(run))))
                .name("tenant store")
                .uid("target")
                .setParallelism(lanes);
    }

    private static EventLog<StoredEvent> log(
            TenantPlan plan, List<String> tenants, String migration) {
        return switch (plan.tail()) {
            case POLL -> new EventTableLog(plan.from(), plan.columns(), tenants, migration);
            case LOGICAL -> new LogicalTableLog(plan.from(), plan.columns(), tenants, migration);
        };
    }

    private static Target<StoredEvent> target(TenantPlan plan, String migration) {
        AppliedThrough appliedThrough = new AppliedThrough(migration, plan.from().storeId());
        return switch (plan.positions()) {
            case KEEP ->
                    new EventStoreTarget(plan.to(), plan.columns(), plan.offset(), appliedThrough);
            case APPEND -> new AppendingTarget(plan.to(), plan.columns(), appliedThrough);
        };
    }

    private static SourceOptions sourceOptions(MigrationSpec spec, TenantPlan plan, int lanes) {
        return new SourceOptions(
                Map.of(0, plan.start()),
                Map.of(0, Long.MAX_VALUE - 1),
                spec.continuous(),
                plan.rangeWidth(spec.batchSize()),
                BulkPage.size(PAGE, spec.maxBulkCopyRate(), lanes),
                spec.checkpointSize(),
                lanes,
                spec.backoffInterval(),
                spec.maxBulkCopyRate(),
                spec.pollInterval(),
                plan.tail() == Tail.LOGICAL ? STREAM_POLL : TAIL_POLL);
    }
}
