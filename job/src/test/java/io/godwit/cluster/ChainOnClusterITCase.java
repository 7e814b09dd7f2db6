package io.godwit.cluster;

import static io.godwit.cluster.ClusterWorld.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.Phase;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainTables;
import io.godwit.testkit.FlinkProcessCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The chain kind as people run it: godwit-job.jar on a standalone Flink cluster of separate
 * processes, submitted and stopped by Flink's own command line, by Godwit's and by the web UI, and
 * seen through the REST API that feeds the web UI. Processes are killed; the end must be as if
 * nothing had happened.
 */
final class ChainOnClusterITCase {

    private static final List<String> METRICS =
            List.of(
                    "eventsRead",
                    "eventsWritten",
                    "appliedThrough",
                    "sourceHead",
                    "lagEvents",
                    "rangesDone",
                    "rangesPending");

    @TempDir private static Path work;

    private static ClusterWorld world;

    @RegisterExtension private final LogsOnFailure logs = new LogsOnFailure(work);

    @BeforeAll
    static void start() {
        world = ClusterWorld.start(work);
    }

    @AfterAll
    static void stop() {
        if (world != null) {
            world.close();
        }
    }

    @Test
    void copyAndTailSurviveTheLossOfTheBusyTaskManager() {
        ChainTables tables = world.tables("survivor");
        ChainHistory history = ChainHistory.startingAt(0, 1, 100);
        for (int i = 0; i < 20; i++) {
            history.blocks(95).skipped(1).reorg(2 + i % 7);
        }
        tables.putAll(history.blocks(10));
        long bulk = history.lastSequence();
        ClusterMigration survivor =
                world.migration("survivor", tables, "max_bulk_copy_rate: 200\n");

        String job = world.run(survivor);
        assertThatTheUiShowsTheCopy(job, bulk);
        int restores = world.jobs().restores(job);
        world.loseBusyTaskManager(job);
        assertThat(survivor.phase()).isEqualTo(Phase.BULK_COPY);
        assertThat(survivor.appliedThrough()).isBetween(1L, bulk - 1);
        world.recover(job, restores);

        try (LiveChain live = LiveChain.on(tables, history)) {
            await("the tail", () -> survivor.appliedThrough() > bulk + 100);
            assertThat(survivor.phase()).isEqualTo(Phase.DUAL_WRITE);
            restores = world.jobs().restores(job);
            world.loseBusyTaskManager(job);
            long lost = survivor.appliedThrough();
            await("events that the lost tail has not", () -> live.head() > lost + 50);
            world.recover(job, restores);
            await("the tail again", () -> survivor.appliedThrough() > lost + 50);

            String savepoint = world.stop(job);
            String resumed = world.run(survivor, "-s", savepoint);
            assertThat(resumed).isNotEqualTo(job);
            long head = live.head();
            await("the resumed tail", () -> survivor.appliedThrough() > head);
            assertThat(world.jobs().restoredFrom(resumed)).contains(savepoint);
            assertThatASecondRunIsRefused(survivor);
            live.stop();
        }
        await("the whole log", () -> survivor.hasApplied(history));
        assertThat(survivor.rows().withoutWatermarks())
                .isEqualTo(ChainModel.of(history).withoutWatermarks());
        ClusterMigration undisturbed =
                world.migration("undisturbed", tables, "continuous: false\n");
        world.click(undisturbed);
        await("its end", () -> undisturbed.phase() == Phase.COMPLETED);
        assertThat(survivor.rows().withoutWatermarks())
                .isEqualTo(undisturbed.rows().withoutWatermarks());
        assertThat(verify(0, survivor)).contains(history.lastSequence() + " events compared");
        survivor.update(
                "UPDATE block_events SET hash = 'forged'"
                        + " WHERE event_tag = 0 AND event_sequence = 42");
        assertThat(verify(4, survivor)).contains("event tag 0, sequence 42", "hash=forged");
        world.jobs().cancel(world.onlyJob(survivor));
        assertThat(world.logged("jobmanager", "Uncaught exception in the SplitEnumerator"))
                .as("The coordinator takes the loss of a reader as what it is")
                .isEmpty();
    }

    @Test
    void operatorPausesResumesAndCutsOver() {
        ChainTables tables = world.tables("operated");
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(200).reorg(5).blocks(50);
        tables.putAll(history);
        ClusterMigration operated = world.migration("operated", tables, "");
        String first = world.run(operated);
        await("the tail", () -> operated.phase() == Phase.DUAL_WRITE);

        world.godwit(0, operated, "pause", operated.name());
        String savepoint = operated.row().savepoint();
        assertThat(savepoint).startsWith("file:");
        assertThat(operated.phase()).isEqualTo(Phase.DUAL_WRITE);
        await("the end of job " + first, () -> world.jobs().finished(first));
        long next = history.nextSequence();
        tables.putSince(history.reorg(30).blocks(60), next);
        world.godwit(0, operated, "resume", operated.name(), "--flink", url());
        String second = world.onlyJob(operated);
        await("what was written meanwhile", () -> operated.hasApplied(history));
        assertThat(world.jobs().restoredFrom(second)).contains(savepoint);
        assertThat(operated.rows().watermarks().orElseThrow()).isEmpty();

        assertThat(
                        world.godwit(
                                0,
                                operated,
                                "cutover",
                                operated.name(),
                                "--source-stopped",
                                "--flink",
                                url()))
                .contains("The final verification matches", "is COMPLETED");
        assertThat(operated.phase()).isEqualTo(Phase.COMPLETED);
        await("the end of job " + second, () -> world.jobs().finished(second));
        assertThat(operated.rows()).isEqualTo(ChainModel.of(history));
        assertThat(operated.audit())
                .containsSubsequence(
                        "PAUSED",
                        "CUTOVER_INITIATED",
                        "VERIFIED",
                        "PUBLISHED",
                        "CUTOVER_COMPLETED");
    }

    @Test
    void webUiRunsABoundedMigration() {
        ChainTables tables = world.tables("clicked");
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(30).reorg(3).blocks(5);
        tables.putAll(history);
        ClusterMigration clicked = world.migration("clicked", tables, "continuous: false\n");

        String job = world.click(clicked);

        await("the end of job " + job, () -> world.jobs().finished(job));
        assertThat(clicked.phase()).isEqualTo(Phase.COMPLETED);
        assertThat(clicked.rows()).isEqualTo(ChainModel.of(history));
        assertThat(world.jobs().restores(job)).isZero();
        assertThat(ProcessHandle.of(world.cluster().jobManagerPid()))
                .as("The JobManager, which ran godwit's main method")
                .get()
                .matches(ProcessHandle::isAlive);
    }

    private static void assertThatTheUiShowsTheCopy(String job, long bulk) {
        assertThat(String.join("\n", world.jobs().vertices(job)))
                .contains("chainstorage events", "rank by height", "chainstorage target");
        await(
                "all of " + METRICS + " in the web UI",
                () -> {
                    Map<String, Double> shown = world.jobs().metrics(job, METRICS);
                    return shown.keySet().containsAll(METRICS)
                            && shown.values().stream().allMatch(value -> value > 0);
                });
        Map<String, Double> shown = world.jobs().metrics(job, METRICS);
        assertThat(shown.get("sourceHead")).isEqualTo(bulk);
        assertThat(shown.get("appliedThrough")).isLessThan(bulk);
    }

    private static void assertThatASecondRunIsRefused(ClusterMigration migration) {
        FlinkProcessCluster.CliResult second = world.tryRun(migration);
        assertThat(second.exitCode()).as(second.output()).isNotZero();
        assertThat(second.output())
                .contains("the migration " + migration.name() + " is running already")
                .contains("Nothing was written");
        assertThat(world.jobs().running(migration.jobName())).hasSize(1);
    }

    private static String verify(int exitCode, ClusterMigration migration) {
        return world.godwit(
                exitCode,
                migration,
                "verify",
                migration.spec().toString(),
                "--level",
                "full",
                "--flink",
                url());
    }

    private static String url() {
        return world.cluster().restUrl();
    }
}
