package io.godwit.job;

import io.godwit.connector.postgres.eventstore.EventStoreTarget;
import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.sink.AppliedCounts;
import io.godwit.sink.SinkOptions;
import io.godwit.sink.TargetSink;
import io.godwit.source.EventLogSource;
import io.godwit.source.SourceOptions;
import io.godwit.spec.MigrationSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The graph of {@code kind: tenant}: the rows of the tenants straight into their own store, reader
 * and writer in one task. Positions are kept, so ranges may be written in any order.
 */
public final class TenantJob {

    /** Rows per read: one COPY, small enough to checkpoint between. */
    private static final int PAGE = 2000;

    /** Short, because someone waits for the event; the source tells when there is none. */
    private static final Duration TAIL_POLL = Duration.ofMillis(5);

    private TenantJob() {}

    /**
     * @param plan what was found when it was planned
     */
    public static void build(
            StreamExecutionEnvironment env, MigrationSpec spec, Run run, TenantPlan plan) {
        PostgresEventStoreSpec source = (PostgresEventStoreSpec) spec.source();
        PostgresEventStoreSpec target = (PostgresEventStoreSpec) spec.target();
        List<String> tenants = spec.tenant().tenants();
        List<String> columns = plan.columns();
        long offset = plan.offset();
        JobSettings.apply(env, spec);
        EventLogSource<StoredEvent> events =
                new EventLogSource<>(
                        () -> new EventTableLog(source, tenants, spec.name()),
                        () -> new LedgerRunJournal(run),
                        reason -> Failures.record(run, reason),
                        sourceOptions(spec, plan),
                        TypeInformation.of(StoredEvent.class));
        env.fromSource(events, WatermarkStrategy.noWatermarks(), "tenant events")
                .uid("source")
                .sinkTo(
                        new TargetSink<>(
                                () ->
                                        new RecordingTarget<>(
                                                new EventStoreTarget(
                                                        target, columns, offset, spec.name()),
                                                run),
                                new SinkOptions(
                                        spec.batchSize(),
                                        Duration.ofSeconds(1),
                                        Duration.ofMillis(2)),
                                counts -> afterCommit(counts, run)))
                .name("tenant store")
                .uid("target");
    }

    private static SourceOptions sourceOptions(MigrationSpec spec, TenantPlan plan) {
        return new SourceOptions(
                Map.of(0, plan.start()),
                Map.of(0, Long.MAX_VALUE - 1),
                spec.continuous(),
                plan.rangeWidth(spec.batchSize()),
                PAGE,
                spec.checkpointSize(),
                spec.parallelism(),
                spec.backoffInterval(),
                spec.maxBulkCopyRate(),
                spec.pollInterval(),
                TAIL_POLL);
    }

    private static void afterCommit(DataStream<AppliedCounts> counts, Run run) {
        counts.addSink(LedgerCounts.sink(run)).name("ledger counts").uid("ledger-counts");
        counts.transform("progress", Types.VOID, new ProgressOperator(run, null))
                .uid("progress")
                .setParallelism(1)
                .setMaxParallelism(1)
                .disableChaining();
    }
}
