package io.godwit.cli;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A Flink cluster inside this process, with its web UI, for whoever has none. Loopback only. Its
 * checkpoints are on disk: when the process is lost, the next one goes on from the last.
 */
final class LocalFlink implements AutoCloseable {

    private final MiniCluster cluster;
    private final String url;

    private LocalFlink(MiniCluster cluster, String url) {
        this.cluster = cluster;
        this.url = url;
    }

    /**
     * @param state where checkpoints and savepoints go
     */
    static LocalFlink start(int slots, Path state) throws Exception {
        Configuration configuration = new Configuration();
        configuration.set(RestOptions.ADDRESS, "127.0.0.1");
        configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
        configuration.set(RestOptions.BIND_PORT, "0");
        configuration.set(JobManagerOptions.ADDRESS, "127.0.0.1");
        configuration.set(JobManagerOptions.BIND_HOST, "127.0.0.1");
        configuration.set(TaskManagerOptions.HOST, "127.0.0.1");
        configuration.set(TaskManagerOptions.BIND_HOST, "127.0.0.1");
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(256));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                state.resolve("checkpoints").toUri().toString());
        configuration.set(
                CheckpointingOptions.SAVEPOINT_DIRECTORY,
                state.resolve("savepoints").toUri().toString());
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(configuration)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(slots)
                                .build());
        cluster.start();
        int port = cluster.getRestAddress().get().getPort();
        return new LocalFlink(cluster, "http://127.0.0.1:" + port);
    }

    String url() {
        return url;
    }

    StreamExecutionEnvironment environment() {
        return RemoteFlink.environment(url, null);
    }

    /** After a grace in which whoever stopped the job can still read its savepoint's path. */
    void closeAfter(Duration grace) throws Exception {
        java.util.concurrent.locks.LockSupport.parkNanos(grace.toNanos());
        close();
    }

    @Override
    public void close() throws Exception {
        cluster.close();
    }
}
