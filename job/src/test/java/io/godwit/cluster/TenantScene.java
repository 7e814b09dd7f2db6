package io.godwit.cluster;

import static io.godwit.cluster.ClusterWorld.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.cluster.TenantKillMoments.Moment;
import io.godwit.model.Phase;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * One tenant's migration, with an application that writes all the time, and what must be true of it
 * at the end, whatever was lost on the way.
 */
final class TenantScene implements AutoCloseable {

    /** More than Flink's restarts take. */
    private static final int ATTEMPTS = 5;

    private final TenantClusterWorld world;
    private final TenantClusterMigration migration;
    private final TenantToughWriters writers;
    private final UUID tenant;
    private final List<String> history;

    private TenantScene(
            TenantClusterWorld world, TenantClusterMigration migration, String neighbour) {
        this.world = world;
        this.migration = migration;
        this.tenant = UUID.fromString(migration.tenant());
        this.history = migration.eventIds(migration.source());
        this.writers =
                new TenantToughWriters(
                        Map.of(
                                TenantClusterMigration.FROM, migration.source(),
                                TenantClusterMigration.TO, migration.target()),
                        TenantClusterMigration.FROM,
                        Map.of(tenant, 2, UUID.fromString(neighbour), 1));
    }

    /**
     * The migration's job runs, and so do the writers.
     *
     * @param settings the spec's last lines
     */
    static TenantScene begin(
            TenantClusterWorld world, String name, TenantHistory history, String settings) {
        TenantClusterMigration migration = world.migration(name, history, settings);
        TenantScene scene = new TenantScene(world, migration, history.tenant(1));
        try {
            world.migrate(migration);
            return scene;
        } catch (RuntimeException | AssertionError e) {
            scene.close();
            throw e;
        }
    }

    /** As {@link #begin}, and the copy is done. */
    static TenantScene inTheTail(TenantClusterWorld world, String name, TenantHistory history) {
        TenantScene scene = begin(world, name, history, "");
        try {
            scene.awaitTail();
            return scene;
        } catch (RuntimeException | AssertionError e) {
            scene.close();
            throw e;
        }
    }

    TenantClusterMigration migration() {
        return migration;
    }

    TenantToughWriters writers() {
        return writers;
    }

    void awaitTail() {
        await("the tail of " + migration.name(), () -> migration.phase() == Phase.DUAL_WRITE);
        awaitAppends(20);
    }

    /** The tenant's writers go on. */
    void awaitAppends(long more) {
        long enough = writers.appends(tenant) + more;
        await(
                more + " more appends",
                () -> {
                    writers.check();
                    return writers.appends(tenant) >= enough;
                });
    }

    /** The other store has everything that was answered when this was called. */
    void awaitFlow(PostgresDatabase into) {
        List<String> sent = sent();
        await("the flow", () -> migration.eventIds(into).containsAll(sent));
    }

    /**
     * A cutover in which something is lost.
     *
     * @param loss ends the command, or something that it needs; what was lost is there again when
     *     this returns
     */
    void strikeCutover(Moment moment, Random random, Consumer<TenantCommand> loss) {
        try (TenantKillMoments moments = new TenantKillMoments(migration, world);
                TenantCommand cutover = world.cutover(migration)) {
            String when = moments.await(cutover, moment, random);
            loss.accept(cutover);
            GodwitCommand.Result result = cutover.await();
            System.out.printf(
                    "%s at %s: godwit cutover ended with %d, phase %s; it printed:%n%s%n",
                    migration.name(), when, result.exitCode(), migration.phase(), result.output());
        }
    }

    /**
     * What an operator does then: the job again where there is none to cut over, and the same
     * command again, as long as it says that it could not, as while Flink restarts the job.
     */
    void completeCutover() {
        if (migration.phase() == Phase.DUAL_WRITE) {
            if (world.alive().isEmpty()) {
                world.resume(migration);
            }
            world.awaitRunning(migration);
        }
        GodwitCommand.Result result = cutover();
        for (int i = 1; i < ATTEMPTS && result.exitCode() != 0; i++) {
            result = cutover();
        }
        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(migration.phase()).isEqualTo(Phase.COMPLETED);
        assertThat(world.alive())
                .as("The flow back runs, and nothing else")
                .containsExactly(migration.job());
        world.awaitRunning(migration);
        awaitFlow(migration.source());
    }

    private GodwitCommand.Result cutover() {
        GodwitCommand.Result result =
                GodwitCommand.run(migration.environment(), "cutover", migration.name());
        System.out.println(result.output());
        return result;
    }

    void rollBack() {
        world.godwit(migration, "rollback", migration.name());
        world.awaitRunning(migration);
        awaitFlow(migration.target());
    }

    private List<String> sent() {
        List<String> ids = new ArrayList<>(history);
        writers.acknowledged(tenant).forEach(id -> ids.add(id.toString()));
        return ids;
    }

    /**
     * The writers end; everything that was ever answered is exactly once in the store that the
     * routes name, in its streams' order, and in the other one too, in the same order.
     */
    void endsAsIfUndisturbed(Phase phase) {
        awaitAppends(30);
        writers.stop();
        boolean moved = phase == Phase.COMPLETED;
        PostgresDatabase serving = moved ? migration.target() : migration.source();
        PostgresDatabase following = moved ? migration.source() : migration.target();
        String store = moved ? TenantClusterMigration.TO : TenantClusterMigration.FROM;
        assertThat(migration.phase()).isEqualTo(phase);
        assertThat(migration.route(serving)).isEqualTo(store + " open");
        assertThat(migration.route(following)).isEqualTo(store + " moved");
        assertThat(writers.router().storeIdOf(tenant)).isEqualTo(store);
        assertThat(migration.eventIds(serving)).containsExactlyInAnyOrderElementsOf(sent());
        assertThat(migration.misplaced(serving)).isEmpty();
        String digest = migration.digest(serving);
        await("the same rows in the other store", () -> migration.digest(following).equals(digest));
        assertThat(migration.misplaced(following)).isEmpty();
    }

    @Override
    public void close() {
        writers.close();
    }
}
