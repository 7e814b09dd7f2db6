package io.godwit.cli;

import io.godwit.job.JobPlace;
import io.godwit.verify.Tally;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.java.ExecutionEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Runs a comparison's job where the command says: on a cluster, or else in this process. */
record Comparison(FlinkOption flink, int slots) implements JobPlace {

    @Override
    public Tally run(Comparing job) throws Exception {
        flink.check();
        if (!ExecutionEnvironment.areExplicitEnvironmentsAllowed()) {
            // Inside flink run: the job goes where that client says.
            return job.in(StreamExecutionEnvironment.getExecutionEnvironment());
        }
        if (flink.url() != null) {
            return job.in(RemoteFlink.environment(flink.url(), RemoteFlink.jobJar(flink.jobJar())));
        }
        Path state = Files.createTempDirectory("godwit-compare");
        try (LocalFlink local = LocalFlink.start(slots, state)) {
            return job.in(local.environment());
        } finally {
            org.apache.flink.util.FileUtils.deleteDirectoryQuietly(state.toFile());
        }
    }
}
