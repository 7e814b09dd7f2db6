package io.godwit.cluster;

import static io.godwit.cluster.ClusterWorld.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.cluster.TenantKillMoments.Moment;
import io.godwit.model.Phase;
import io.godwit.testkit.TenantHistory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The tenant kind on a standalone Flink cluster of separate processes and two PostgreSQL servers,
 * with Godwit's command line as a process and an application that writes all the time. One process
 * after the other is killed; each end must be as if nothing had happened.
 */
final class TenantOnClusterITCase {

    private static final long SEED = 20261124;
    private static final TenantHistory SHORT = TenantHistory.of(SEED, 1_500);

    @TempDir private static Path work;

    private static TenantClusterWorld world;

    @RegisterExtension private final LogsOnFailure logs = new LogsOnFailure(work);

    @BeforeAll
    static void start() {
        world = TenantClusterWorld.start(work);
    }

    @AfterAll
    static void stop() {
        if (world != null) {
            world.close();
        }
    }

    @AfterEach
    void tidy() {
        world.tidy();
    }

    @Test
    void copySurvivesTheLossOfTheBusyTaskManager() {
        TenantHistory history = TenantHistory.of(SEED, 6_000);
        try (TenantScene scene =
                TenantScene.begin(world, "copy", history, "max_bulk_copy_rate: 400\n")) {
            TenantClusterMigration copy = scene.migration();
            await("some of the copy", () -> copy.appliedThrough() > 0);
            assertThat(copy.phase()).isEqualTo(Phase.BULK_COPY);
            world.loseTaskManager(copy);
            scene.awaitTail();
            scene.endsAsIfUndisturbed(Phase.DUAL_WRITE);
            assertThat(copy.rowsWithPositions(copy.target()))
                    .isEqualTo(copy.rowsWithPositions(copy.source()));
        }
    }

    @Test
    void tailSurvivesTheLossOfTheBusyTaskManager() {
        try (TenantScene scene = inTheTail("tail")) {
            world.loseTaskManager(scene.migration());
            scene.awaitAppends(50);
            scene.endsAsIfUndisturbed(Phase.DUAL_WRITE);
        }
    }

    @Test
    void tailGoesOnAfterTheLossOfTheJobManager() {
        try (TenantScene scene = inTheTail("coordinator")) {
            TenantClusterMigration migration = scene.migration();
            String lost = migration.job();
            world.cluster().killJobManager();
            scene.awaitAppends(50);
            world.cluster().startJobManager();
            world.resume(migration);
            assertThat(migration.job()).isNotEqualTo(lost);
            scene.endsAsIfUndisturbed(Phase.DUAL_WRITE);
        }
    }

    @Test
    void tailSurvivesTheLossOfTheTargetsServer() {
        try (TenantScene scene = inTheTail("target")) {
            world.dedicated().kill();
            try {
                scene.awaitAppends(150);
            } finally {
                world.dedicated().restart();
            }
            scene.endsAsIfUndisturbed(Phase.DUAL_WRITE);
            world.awaitRunning(scene.migration());
        }
    }

    @Test
    void tailAndWritersSurviveTheLossOfTheSourcesServer() {
        try (TenantScene scene = inTheTail("source")) {
            world.shared().kill();
            try {
                await("appends that fail", () -> scene.writers().repeated() > 3);
            } finally {
                world.shared().restart();
            }
            scene.awaitAppends(50);
            world.awaitRunning(scene.migration());
            scene.endsAsIfUndisturbed(Phase.DUAL_WRITE);
        }
    }

    @Test
    void killedCutoverIsCompletedByTheNextOne() {
        cutoverSurvives("killed", 2, EnumSet.allOf(Moment.class), TenantCommand::kill);
    }

    @Test
    void cutoverKilledBeforeItRecordedTheFlowBackIsCompletedByTheNextOne() {
        cutoverSurvives("unrecorded", 1, EnumSet.of(Moment.BACK_ON_FLINK), TenantCommand::kill);
    }

    @Test
    void cutoverSurvivesTheLossOfTheTargetsServer() {
        cutoverSurvives(
                "target-away",
                1,
                EnumSet.range(Moment.INITIATED, Moment.SWITCHED),
                cutover -> TenantClusterWorld.crash(world.dedicated()));
    }

    @Test
    void cutoverSurvivesTheLossOfTheSourcesServer() {
        cutoverSurvives(
                "source-away",
                1,
                EnumSet.range(Moment.INITIATED, Moment.SWITCHED),
                cutover -> TenantClusterWorld.crash(world.shared()));
    }

    @Test
    void cutoverSurvivesTheLossOfTheJobManager() {
        cutoverSurvives(
                "coordinator-away",
                1,
                EnumSet.range(Moment.READY, Moment.BACK_SUBMITTED),
                cutover -> {
                    world.cluster().killJobManager();
                    world.cluster().startJobManager();
                });
    }

    @Test
    void cutoverSurvivesTheLossOfTheTaskManagers() {
        cutoverSurvives(
                "workers-away",
                1,
                EnumSet.range(Moment.READY, Moment.BACK_SUBMITTED),
                cutover -> {
                    world.killTaskManagers();
                    world.startTaskManagers();
                });
    }

    /**
     * The ledger's server forgets that a job holds the migration, and the job says so again only
     * when Flink has restarted it: until then a cutover must not take it for ended.
     */
    @Test
    void cutoverEndsAJobThatHasLostItsHoldOnTheLedger() {
        Random random = seeded();
        try (TenantScene scene = inTheTail("forgotten")) {
            scene.strikeCutover(
                    Moment.SWITCHED,
                    random,
                    cutover -> {
                        cutover.kill();
                        TenantClusterWorld.crash(world.shared());
                    });
            scene.completeCutover();
            scene.endsAsIfUndisturbed(Phase.COMPLETED);
        }
    }

    @Test
    void flowBackSurvivesTheLossOfTheTaskManagerAndTheTenantReturns() {
        try (TenantScene scene = inTheTail("back")) {
            scene.completeCutover();
            world.loseTaskManager(scene.migration());
            scene.awaitFlow(scene.migration().source());
            scene.rollBack();
            scene.endsAsIfUndisturbed(Phase.DUAL_WRITE);
        }
    }

    /**
     * Cutover after cutover, with a rollback between, each struck at another moment and then
     * completed.
     *
     * @param rounds unless the system property godwit.rounds says otherwise
     */
    private static void cutoverSurvives(
            String name, int rounds, Set<Moment> moments, Consumer<TenantCommand> loss) {
        Random random = seeded();
        List<Moment> shuffled = new ArrayList<>(moments);
        Collections.shuffle(shuffled, random);
        int most = Math.min(Integer.getInteger("godwit.rounds", rounds), shuffled.size());
        try (TenantScene scene = inTheTail(name)) {
            for (int i = 0; i < most; i++) {
                if (i > 0) {
                    scene.rollBack();
                }
                scene.strikeCutover(shuffled.get(i), random, loss);
                scene.completeCutover();
            }
            scene.endsAsIfUndisturbed(Phase.COMPLETED);
        }
    }

    private static TenantScene inTheTail(String name) {
        return TenantScene.inTheTail(world, name, SHORT);
    }

    static Random seeded() {
        long seed = Long.getLong("godwit.seed", System.nanoTime());
        System.out.println("seed " + seed);
        return new Random(seed);
    }
}
