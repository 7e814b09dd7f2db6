package io.godwit.job;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.dynamodb.DynamoDbChainLog;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.connector.postgres.ChainstorageView;
import io.godwit.model.ChainEvent;
import io.godwit.port.FailureLog;
import io.godwit.source.EventLogSource;
import io.godwit.source.SourceOptions;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.CompareOperator;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.ExceptionUtils;

/**
 * Reads the source's events once more, with the checks of a copy, and compares them with the
 * target. A bounded Flink job that writes nothing: the verification, and the dry run of a copy.
 */
public final class CompareJob {

    /** It has no checkpoints, so Flink does not restart it. */
    private static final int ATTEMPTS = 3;

    private CompareJob() {}

    /**
     * @param starts first sequence to compare, per event tag
     * @param ends last sequence to compare, inclusive, per event tag
     * @param title what the web UI shows before the migration's name
     */
    public static Tally run(
            StreamExecutionEnvironment env,
            MigrationSpec spec,
            Level level,
            Map<Integer, Long> starts,
            Map<Integer, Long> ends,
            String title)
            throws Exception {
        ChainstorageDynamoDbSpec sourceSpec = (ChainstorageDynamoDbSpec) spec.source();
        ChainstoragePostgresSpec targetSpec = (ChainstoragePostgresSpec) spec.target();
        String name = spec.name();
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        env.configure(configuration);
        env.setParallelism(spec.parallelism());
        EventLogSource<ChainEvent> source =
                new EventLogSource<>(
                        () -> new DynamoDbChainLog(sourceSpec),
                        NoJournal::new,
                        FailureLog.NONE,
                        options(spec, starts, ends),
                        TypeInformation.of(ChainEvent.class));
        for (int attempt = 1; ; attempt++) {
            try {
                return collect(env, source, targetSpec, name, level, title + ": " + name);
            } catch (Exception e) {
                if (attempt == ATTEMPTS || !hidesItsReason(e)) {
                    throw e;
                }
            }
        }
    }

    private static Tally collect(
            StreamExecutionEnvironment env,
            EventLogSource<ChainEvent> source,
            ChainstoragePostgresSpec targetSpec,
            String name,
            Level level,
            String jobName)
            throws Exception {
        Tally total = Tally.none();
        try (CloseableIterator<Tally> tallies =
                env.fromSource(source, WatermarkStrategy.noWatermarks(), "chainstorage events")
                        .transform(
                                "compare with the target",
                                TypeInformation.of(Tally.class),
                                new CompareOperator<>(
                                        () -> new ChainstorageView(targetSpec, name), level))
                        .executeAndCollect(jobName)) {
            while (tallies.hasNext()) {
                total = total.plus(tallies.next());
            }
        }
        return total;
    }

    /**
     * A reader that fails while its coordinator sends it something: Flink reports the event that
     * was lost, and not why the reader failed. The next attempt fails for the reason itself.
     */
    private static boolean hidesItsReason(Exception e) {
        return ExceptionUtils.findThrowableWithMessage(
                        e, "An OperatorEvent from an OperatorCoordinator to a task was lost")
                .isPresent();
    }

    private static SourceOptions options(
            MigrationSpec spec, Map<Integer, Long> starts, Map<Integer, Long> ends) {
        return new SourceOptions(
                starts,
                ends,
                false,
                spec.batchSize(),
                ChainJob.PAGE,
                Long.MAX_VALUE,
                spec.parallelism(),
                Duration.ZERO,
                0,
                spec.pollInterval(),
                spec.pollInterval());
    }
}
