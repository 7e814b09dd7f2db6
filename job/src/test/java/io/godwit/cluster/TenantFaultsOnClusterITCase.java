package io.godwit.cluster;

import static io.godwit.cluster.ClusterWorld.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.cluster.TenantKillMoments.Moment;
import io.godwit.model.Phase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.TenantHistory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * As {@link TenantOnClusterITCase}: a server crashes during the bulk copy, and everything that a
 * rollback needs is lost in the middle of one, its own process included.
 */
final class TenantFaultsOnClusterITCase {

    private static final long SEED = 20261125;

    /** Of a rollback, in their order. */
    private static final List<Moment> STEPS =
            List.of(
                    Moment.INITIATED,
                    Moment.STOPPED,
                    Moment.READY,
                    Moment.LOCKED,
                    Moment.MOVED,
                    Moment.SWITCHED,
                    Moment.BACK_SUBMITTED,
                    Moment.BACK_ON_FLINK,
                    Moment.DONE);

    @TempDir private static Path work;

    private static TenantClusterWorld world;

    @RegisterExtension private final LogsOnFailure logs = new LogsOnFailure(work);

    @BeforeAll
    static void start() {
        world = TenantClusterWorld.start(work, Map.of());
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
    void copySurvivesACrashOfEachServer() {
        TenantHistory history = TenantHistory.of(SEED, 3_000);
        try (TenantScene scene =
                TenantScene.begin(world, "copy", history, "max_bulk_copy_rate: 300\n")) {
            TenantClusterMigration copy = scene.migration();
            String job = copy.job();
            crashInTheCopy(copy, world.dedicated());
            crashInTheCopy(copy, world.shared());
            scene.awaitTail();
            assertThat(copy.job()).isEqualTo(job);
            assertThat(world.jobs().restores(job)).isPositive();
            scene.endsAsIfUndisturbed(Phase.DUAL_WRITE);
            assertThat(copy.rowsWithPositions(copy.target()))
                    .isEqualTo(copy.rowsWithPositions(copy.source()));
        }
    }

    private static void crashInTheCopy(TenantClusterMigration copy, PostgresServer server) {
        long before = copy.appliedThrough();
        await("some of the copy", () -> copy.appliedThrough() > before);
        TenantClusterWorld.crash(server);
        assertThat(copy.phase()).isEqualTo(Phase.BULK_COPY);
    }

    /**
     * The command, the source's server and the target's, one at a time, each at a later step of a
     * rollback that goes on from where the last one was.
     */
    @Test
    void rollbackIsCompletedByTheNextOneWhateverItHasLost() {
        Random random = TenantOnClusterITCase.seeded();
        List<Consumer<TenantCommand>> losses =
                new ArrayList<>(
                        List.of(
                                TenantCommand::kill,
                                rollback -> TenantClusterWorld.crash(world.shared()),
                                rollback -> TenantClusterWorld.crash(world.dedicated())));
        try (TenantScene scene =
                TenantScene.inTheTail(world, "rollback", TenantHistory.of(SEED, 1_500))) {
            for (int round = 0; round < Integer.getInteger("godwit.rounds", 1); round++) {
                scene.completeCutover();
                Collections.shuffle(losses, random);
                List<Moment> steps = someOf(STEPS, losses.size(), random);
                for (int i = 0; i < losses.size(); i++) {
                    scene.strikeRollback(steps.get(i), random, losses.get(i));
                }
                scene.completeRollback();
            }
            scene.endsAsIfUndisturbed(Phase.DUAL_WRITE);
        }
    }

    /** In the order in which they are given. */
    private static List<Moment> someOf(List<Moment> all, int count, Random random) {
        List<Moment> some = new ArrayList<>(all);
        while (some.size() > count) {
            some.remove(random.nextInt(some.size()));
        }
        return some;
    }
}
