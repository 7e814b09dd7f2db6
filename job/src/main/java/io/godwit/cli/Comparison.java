package io.godwit.cli;

import io.godwit.job.CompareJob;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.api.java.ExecutionEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Runs a comparison where the command says: on a cluster, or else in this process. */
final class Comparison {

    private Comparison() {}

    static Tally run(
            FlinkOption flink,
            MigrationSpec spec,
            Level level,
            Map<Integer, Long> starts,
            Map<Integer, Long> ends,
            String title)
            throws Exception {
        flink.check();
        if (!ExecutionEnvironment.areExplicitEnvironmentsAllowed()) {
            // Inside flink run: the job goes where that client says.
            StreamExecutionEnvironment given = StreamExecutionEnvironment.getExecutionEnvironment();
            return CompareJob.run(given, spec, level, starts, ends, title);
        }
        if (flink.url() != null) {
            StreamExecutionEnvironment environment =
                    RemoteFlink.environment(flink.url(), RemoteFlink.jobJar(flink.jobJar()));
            return CompareJob.run(environment, spec, level, starts, ends, title);
        }
        Path state = Files.createTempDirectory("godwit-compare");
        try (LocalFlink local = LocalFlink.start(spec.parallelism(), state)) {
            return CompareJob.run(local.environment(), spec, level, starts, ends, title);
        } finally {
            org.apache.flink.util.FileUtils.deleteDirectoryQuietly(state.toFile());
        }
    }
}
