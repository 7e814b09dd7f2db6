package io.godwit.cluster;

import static io.godwit.cluster.ClusterWorld.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.cluster.TenantKillMoments.Way;
import io.godwit.testkit.FlinkProcessCluster;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/**
 * A Flink cluster of two TaskManagers, one server of the shared store and of the ledger, another
 * one of the tenant's own store, and an operator who has Godwit's command line. All of them are
 * processes that may be lost.
 */
record TenantClusterWorld(
        Path work, FlinkProcessCluster cluster, PostgresServer shared, PostgresServer dedicated)
        implements AutoCloseable {

    private static final int TASK_MANAGERS = 2;

    /** Long enough for an operator's next command to come while a job waits to be restarted. */
    private static final Map<String, String> SETTINGS =
            Map.of("restart-strategy.fixed-delay.delay", "5 s");

    private static final List<String> ENDED = List.of("FINISHED", "FAILED", "CANCELED");

    static TenantClusterWorld start(Path work) {
        return start(work, SETTINGS);
    }

    /**
     * @param settings of Flink, by its own keys
     */
    static TenantClusterWorld start(Path work, Map<String, String> settings) {
        return new TenantClusterWorld(
                work,
                FlinkProcessCluster.start(work, TASK_MANAGERS, settings),
                PostgresServer.start(),
                PostgresServer.start());
    }

    /** With a shared store that has this history, and an empty database for its first tenant. */
    TenantClusterMigration migration(String name, TenantHistory history, String settings) {
        PostgresDatabase source = shared.newDatabase();
        TenantStores.create(source, StoreVariant.CURRENT);
        TenantStores.createControlTables(source);
        history.fill(source, StoreVariant.CURRENT);
        return TenantClusterMigration.of(
                name, history.tenant(0), work, source, dedicated.newDatabase(), settings);
    }

    ClusterJobs jobs() {
        return new ClusterJobs(cluster);
    }

    /** godwit migrate; returns when the job runs. */
    void migrate(TenantClusterMigration migration) {
        godwit(
                migration,
                "migrate",
                migration.spec().toString(),
                "--flink",
                cluster.restUrl(),
                "--detach");
        awaitRunning(migration);
    }

    /** The same after a loss of everything that the cluster knew. */
    void resume(TenantClusterMigration migration) {
        godwit(migration, "resume", migration.name(), "--flink", cluster.restUrl(), "--detach");
        awaitRunning(migration);
    }

    void awaitRunning(TenantClusterMigration migration) {
        String job = migration.job();
        await("job " + job + " to run", () -> cluster.allSubtasksRun(job));
    }

    /** A command that must end well. */
    String godwit(TenantClusterMigration migration, String... arguments) {
        GodwitCommand.Result result = GodwitCommand.run(migration.environment(), arguments);
        assertThat(result.exitCode()).as(result.output()).isZero();
        return result.output();
    }

    TenantCommand start(Way way, TenantClusterMigration migration) {
        return TenantCommand.start(migration.environment(), way.command(), migration.name());
    }

    /**
     * SIGKILL to the TaskManager that runs most of the migration's job; returns when the job runs
     * again, from a checkpoint.
     */
    void loseTaskManager(TenantClusterMigration migration) {
        String job = migration.job();
        int restores = jobs().restores(job);
        cluster.killTaskManager(cluster.taskManagerOf(job));
        cluster.startTaskManager();
        await(
                "job " + job + " from a checkpoint",
                () -> jobs().restores(job) > restores && cluster.allSubtasksRun(job));
    }

    /** SIGKILL to all TaskManagers: jobs wait for slots. */
    void killTaskManagers() {
        cluster.taskManagers().forEach(cluster::killTaskManager);
    }

    void startTaskManagers() {
        while (cluster.taskManagers().size() < TASK_MANAGERS) {
            cluster.startTaskManager();
        }
    }

    /** SIGKILL to all processes of a server, which then recovers. */
    static void crash(PostgresServer server) {
        server.kill();
        server.restart();
    }

    /** Frees the slots for the next test, and brings back what a failed one has left killed. */
    void tidy() {
        if (!ProcessHandle.of(cluster.jobManagerPid()).map(ProcessHandle::isAlive).orElse(false)) {
            cluster.startJobManager();
        }
        startTaskManagers();
        alive().forEach(jobs()::cancel);
        await("free slots", () -> alive().isEmpty());
    }

    /** Of all jobs that the cluster knows, as of now: the list with their names may be older. */
    List<String> jobIds() {
        List<String> ids = new ArrayList<>();
        cluster.rest("/jobs").path("jobs").forEach(job -> ids.add(job.path("id").asText()));
        return ids;
    }

    /** Jobs that have not ended; a test has the cluster for itself. */
    List<String> alive() {
        return jobIds().stream().filter(id -> !ENDED.contains(cluster.jobState(id))).toList();
    }

    @Override
    public void close() {
        Assertions.assertAll(cluster::close, shared::close, dedicated::close);
    }
}
