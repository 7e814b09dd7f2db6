package io.godwit.job;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.dynamodb.DynamoDbChainLog;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.connector.postgres.ChainstorageTarget;
import io.godwit.model.ChainEvent;
import io.godwit.model.RankedEvent;
import io.godwit.reorg.ReorgFunction;
import io.godwit.sink.SinkOptions;
import io.godwit.sink.TargetSink;
import io.godwit.source.EventLogSource;
import io.godwit.source.SourceOptions;
import io.godwit.spec.MigrationSpec;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The graph of {@code kind: chain}: source, ranked by height, target; bounded or with a tail. */
public final class ChainJob {

    /** Events per read: a few BatchGetItem calls at once, small enough to checkpoint between. */
    static final int PAGE = 500;

    /**
     * Events per second. One PostgreSQL was not seen to take many more: it decides canonical rows
     * too.
     */
    private static final long PACE = 20_000;

    private ChainJob() {}

    /**
     * @param starts first sequence to read, per event tag
     * @param heads the source's heads now, per event tag
     */
    public static void build(
            StreamExecutionEnvironment env,
            MigrationSpec spec,
            Run run,
            Map<Integer, Long> starts,
            Map<Integer, Long> heads) {
        ChainstorageDynamoDbSpec sourceSpec = (ChainstorageDynamoDbSpec) spec.source();
        ChainstoragePostgresSpec targetSpec = (ChainstoragePostgresSpec) spec.target();
        JobSettings.apply(env, spec, PACE);

        SourceOptions options = sourceOptions(spec, starts);
        EventLogSource<ChainEvent> source =
                new EventLogSource<>(
                        () -> new DynamoDbChainLog(sourceSpec),
                        () -> new LedgerRunJournal(run),
                        reason -> Failures.record(run, reason),
                        options,
                        TypeInformation.of(ChainEvent.class));
        env.fromSource(source, WatermarkStrategy.noWatermarks(), "chainstorage events")
                .uid("source")
                .keyBy(ReorgFunction.byHeight(), ReorgFunction.keyType())
                .process(new ReorgFunction())
                .returns(TypeInformation.of(RankedEvent.class))
                .name("rank by height")
                .uid("reorg")
                .sinkTo(
                        new TargetSink<>(
                                () ->
                                        new RecordingTarget<>(
                                                new ChainstorageTarget(targetSpec, spec.name()),
                                                reason -> Failures.record(run, reason)),
                                new SinkOptions(
                                        spec.batchSize(),
                                        Duration.ofSeconds(1),
                                        Duration.ofMillis(5)),
                                counts ->
                                        LedgerProgress.follow(
                                                counts,
                                                run,
                                                spec.continuous()
                                                        ? null
                                                        : new ChainFinish(spec, run, heads))))
                .name("chainstorage target")
                .uid("target");
    }

    private static SourceOptions sourceOptions(MigrationSpec spec, Map<Integer, Long> starts) {
        return new SourceOptions(
                starts,
                starts.keySet().stream().collect(Collectors.toMap(tag -> tag, tag -> spec.end())),
                spec.continuous(),
                spec.batchSize(),
                BulkPage.size(PAGE, spec.maxBulkCopyRate(), spec.parallelism()),
                spec.checkpointSize(),
                spec.parallelism(),
                spec.backoffInterval(),
                spec.maxBulkCopyRate(),
                spec.pollInterval(),
                spec.pollInterval());
    }
}
