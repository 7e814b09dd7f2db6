package io.godwit.cluster;

import static io.godwit.cluster.ClusterWorld.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.cluster.TenantKillMoments.Moment;
import io.godwit.cluster.TenantKillMoments.Way;
import io.godwit.model.Phase;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * One tenant's migration, with an application that writes all the time, and what must be true of it
 * at the end, whatever was lost on the way.
 */
final class TenantScene implements AutoCloseable {

    /** More than Flink's restarts take. */
    private static final int ATTEMPTS = 5;

    private static final int DONE = 0;
    private static final int TRY_AGAIN = 5;

    /** By SIGKILL, as a shell has it. */
    private static final int KILLED = 137;

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
        strike(Way.CUTOVER, moment, random, loss);
    }

    /** The same of a rollback, which was killed, is done, or says that it is to be repeated. */
    void strikeRollback(Moment moment, Random random, Consumer<TenantCommand> loss) {
        GodwitCommand.Result result = strike(Way.ROLLBACK, moment, random, loss);
        assertThat(result.exitCode()).as(result.output()).isIn(DONE, TRY_AGAIN, KILLED);
    }

    private GodwitCommand.Result strike(
            Way way, Moment moment, Random random, Consumer<TenantCommand> loss) {
        try (TenantKillMoments moments = new TenantKillMoments(way, migration, world);
                TenantCommand command = world.start(way, migration)) {
            String when = moments.await(command, moment, random);
            loss.accept(command);
            GodwitCommand.Result result = command.await();
            System.out.printf(
                    "%s at %s: godwit %s ended with %d, phase %s; it printed:%n%s%n",
                    migration.name(),
                    when,
                    way.command(),
                    result.exitCode(),
                    migration.phase(),
                    result.output());
            return result;
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
        complete(Way.CUTOVER, exitCode -> exitCode != DONE);
        assertThat(migration.phase()).isEqualTo(Phase.COMPLETED);
        awaitOnlyFlow(migration.source());
    }

    /** The same of a rollback, as a script would do it; it needs no job. */
    void completeRollback() {
        complete(Way.ROLLBACK, exitCode -> exitCode == TRY_AGAIN);
        assertThat(migration.phase()).isEqualTo(Phase.DUAL_WRITE);
        awaitOnlyFlow(migration.target());
    }

    private void complete(Way way, IntPredicate again) {
        GodwitCommand.Result result = run(way);
        for (int i = 1; i < ATTEMPTS && again.test(result.exitCode()); i++) {
            result = run(way);
        }
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    private GodwitCommand.Result run(Way way) {
        GodwitCommand.Result result =
                GodwitCommand.run(migration.environment(), way.command(), migration.name());
        System.out.println(result.output());
        return result;
    }

    private void awaitOnlyFlow(PostgresDatabase into) {
        assertThat(world.alive())
                .as("The next flow runs, and nothing else")
                .containsExactly(migration.job());
        world.awaitRunning(migration);
        awaitFlow(into);
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
