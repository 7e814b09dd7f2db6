package io.godwit.job;

import io.godwit.spec.MigrationSpec;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** What the jobs of every kind set: name, checkpoints, parallelism, types without Kryo. */
final class JobSettings {

    private JobSettings() {}

    static void apply(StreamExecutionEnvironment env, MigrationSpec spec) {
        Configuration configuration = new Configuration();
        configuration.set(PipelineOptions.NAME, spec.jobName());
        configuration.set(PipelineOptions.GENERIC_TYPES, false);
        configuration.set(PipelineOptions.OBJECT_REUSE, true);
        env.configure(configuration);
        env.setParallelism(spec.parallelism());
        env.setMaxParallelism(MigrationSpec.MAX_PARALLELISM);
        env.setBufferTimeout(10);
        long interval =
                CheckpointTimer.interval(spec.checkpointInterval(), spec.checkpointSize())
                        .toMillis();
        env.enableCheckpointing(interval, CheckpointingMode.EXACTLY_ONCE);
        env.getCheckpointConfig()
                .setExternalizedCheckpointRetention(
                        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    }
}
