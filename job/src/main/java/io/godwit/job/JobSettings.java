package io.godwit.job;

import io.godwit.spec.MigrationSpec;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What the jobs of every kind set: name, checkpoints, parallelism, types without Kryo. */
final class JobSettings {

    private JobSettings() {}

    /**
     * @param pace as {@link CheckpointTimer#interval} wants it
     */
    static void apply(StreamExecutionEnvironment env, MigrationSpec spec, long pace) {
        Duration interval =
                CheckpointTimer.interval(spec.checkpointInterval(), spec.checkpointSize(), pace);
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.NAME, spec.jobName());
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG, interval);
        env.configure(configuration);
        env.setParallelism(spec.parallelism());
        env.setMaxParallelism(MigrationSpec.MAX_PARALLELISM);
        env.setBufferTimeout(10);
        // The source says that it has a backlog until a bounded job has nothing left to read.
        env.enableCheckpointing(
                (spec.continuous() ? interval : CheckpointTimer.atTheEnd(interval)).toMillis(),
                CheckpointingMode.EXACTLY_ONCE);
        env.getCheckpointConfig()
                .setExternalizedCheckpointRetention(
                        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    }
}
