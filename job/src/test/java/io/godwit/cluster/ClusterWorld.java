package io.godwit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.testkit.ChainTables;
import io.godwit.testkit.DynamoDbLocalServer;
import io.godwit.testkit.FlinkProcessCluster;
import io.godwit.testkit.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * A Flink cluster of two TaskManagers, the stores, and an operator who has Flink's command line,
 * Godwit's, and the jars of the build. Every command must end well, or the test ends with what it
 * printed.
 */
record ClusterWorld(
        Path work, FlinkProcessCluster cluster, DynamoDbLocalServer dynamo, PostgresServer postgres)
        implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    static ClusterWorld start(Path work) {
        FlinkProcessCluster cluster =
                FlinkProcessCluster.start(
                        work,
                        2,
                        Map.of(
                                "metrics.fetcher.update-interval", "500",
                                "web.refresh-interval", "500"));
        return new ClusterWorld(work, cluster, DynamoDbLocalServer.start(), PostgresServer.start());
    }

    ChainTables tables(String prefix) {
        return ChainTables.create(dynamo.client(), prefix);
    }

    /** With a database of its own. */
    ClusterMigration migration(String name, ChainTables tables, String settings) {
        return ClusterMigration.of(name, work, dynamo, tables, postgres.newDatabase(), settings);
    }

    ClusterJobs jobs() {
        return new ClusterJobs(cluster);
    }

    /**
     * flink run -d, with options of Flink's own.
     *
     * @return the job's id
     */
    String run(ClusterMigration migration, String... options) {
        FlinkProcessCluster.CliResult result = tryRun(migration, options);
        assertThat(result.exitCode()).as(result.output()).isZero();
        return onlyJob(migration);
    }

    FlinkProcessCluster.CliResult tryRun(ClusterMigration migration, String... options) {
        String[] command = new String[options.length + 5];
        command[0] = "run";
        command[1] = "-d";
        System.arraycopy(options, 0, command, 2, options.length);
        command[options.length + 2] = GodwitCommand.jar("godwit-job.jar").toString();
        command[options.length + 3] = "migrate";
        command[options.length + 4] = migration.spec().toString();
        return cluster.cli(migration.environment(), command);
    }

    /** The one job of this migration that has not ended. */
    String onlyJob(ClusterMigration migration) {
        await(
                "one job " + migration.jobName(),
                () -> jobs().running(migration.jobName()).size() == 1);
        return jobs().running(migration.jobName()).get(0);
    }

    /**
     * flink stop.
     *
     * @return the savepoint's path
     */
    String stop(String job) {
        FlinkProcessCluster.CliResult result =
                cluster.cli(
                        Map.of(),
                        "stop",
                        "--savepointPath",
                        cluster.savepoints().toUri().toString(),
                        job);
        assertThat(result.exitCode()).as(result.output()).isZero();
        await("the end of job " + job, () -> jobs().finished(job));
        return result.output().replaceAll("(?s).*Savepoint completed\\. Path: (\\S+).*", "$1");
    }

    /** As {@link #run}, by the web UI. */
    String click(ClusterMigration migration) {
        return new SubmitPage(cluster)
                .submit(
                        GodwitCommand.jar("godwit-job.jar"),
                        "migrate " + migration.withoutEnvironment().spec());
    }

    /**
     * java -jar godwit.jar.
     *
     * @return what it printed
     */
    String godwit(int exitCode, ClusterMigration migration, String... arguments) {
        GodwitCommand.Result result = GodwitCommand.run(migration.environment(), arguments);
        assertThat(result.exitCode()).as(result.output()).isEqualTo(exitCode);
        return result.output();
    }

    /** SIGKILL to the TaskManager that runs most of the job. */
    void loseBusyTaskManager(String job) {
        cluster.killTaskManager(cluster.taskManagerOf(job));
    }

    /** The job comes back from a checkpoint, and the cluster gets a TaskManager again. */
    void recover(String job, int restores) {
        cluster.startTaskManager();
        await(
                "job " + job + " from a checkpoint",
                () -> jobs().restores(job) > restores && cluster.allSubtasksRun(job));
        assertThat(jobs().restoredFrom(job)).get().asString().contains("/chk-");
    }

    /** The lines of a process's log that have this in them. */
    List<String> logged(String process, String what) {
        try (Stream<String> lines = Files.lines(cluster.log(process))) {
            return lines.filter(line -> line.contains(what)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void await(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(100))
                .until(condition);
    }

    @Override
    public void close() {
        cluster.close();
        dynamo.close();
        postgres.close();
    }
}
