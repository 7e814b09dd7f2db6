package io.godwit.cli;

import io.godwit.control.FlinkRest;
import io.godwit.ledger.MigrationRow;
import java.util.Optional;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptionsInternal;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The Flink that a job goes to.
 *
 * @param url its REST address; null when the client of {@code flink run} does not say
 * @param local the embedded cluster, null otherwise
 */
record FlinkHome(StreamExecutionEnvironment environment, String url, LocalFlink local) {

    static FlinkHome open(FlinkOption option, boolean insideFlink, String migration, int slots)
            throws Exception {
        option.check();
        if (insideFlink) {
            StreamExecutionEnvironment environment =
                    StreamExecutionEnvironment.getExecutionEnvironment();
            return new FlinkHome(environment, addressOf(environment.getConfiguration()), null);
        }
        if (option.local()) {
            LocalFlink local = LocalFlink.start(slots, option.stateDir(migration));
            return new FlinkHome(local.environment(), local.url(), local);
        }
        if (option.url() == null) {
            throw CommandException.usage("Where shall the job run? Give --flink URL or --local");
        }
        return new FlinkHome(
                RemoteFlink.environment(option.url(), RemoteFlink.jobJar(option.jobJar())),
                option.url(),
                null);
    }

    /** The cluster that the ledger names, unless the command names another one. */
    static FlinkHome remote(FlinkOption option, MigrationRow row) {
        String url = option.url() == null ? row.flinkUrl() : option.url();
        if (url == null) {
            throw CommandException.refused(
                    "The ledger does not know which cluster runs "
                            + row.name()
                            + "; name one with --flink URL");
        }
        return new FlinkHome(
                RemoteFlink.environment(url, RemoteFlink.jobJar(option.jobJar())), url, null);
    }

    private static String addressOf(ReadableConfig configuration) {
        String address = configuration.get(RestOptions.ADDRESS);
        return address == null
                ? null
                : "http://" + address + ":" + configuration.get(RestOptions.PORT);
    }

    /** The savepoint that {@code flink run -s} was given. */
    Optional<String> givenSavepoint() {
        return Optional.ofNullable(
                environment.getConfiguration().get(StateRecoveryOptions.SAVEPOINT_PATH));
    }

    void restoreFrom(String path) {
        Configuration configuration = new Configuration();
        configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, path);
        environment.configure(configuration);
    }

    /** The id of the job that this environment submits, chosen here unless Flink's client has. */
    String jobId() {
        Configuration configuration = new Configuration();
        String given =
                environment.getConfiguration().get(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID);
        String jobId = given == null ? JobID.generate().toHexString() : given;
        configuration.set(PipelineOptionsInternal.PIPELINE_FIXED_JOB_ID, jobId);
        environment.configure(configuration);
        return jobId;
    }

    /** Where this cluster keeps a job's checkpoints; empty when it does not say. */
    Optional<String> checkpointsOf(String jobId) {
        if (url == null) {
            return Optional.empty();
        }
        FlinkRest rest = new FlinkRest(url);
        return rest.setting(CheckpointingOptions.CHECKPOINTS_DIRECTORY.key())
                .or(() -> rest.setting("state.checkpoints.dir"))
                .map(directory -> directory.replaceAll("/+$", "") + "/" + jobId);
    }
}
