package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.model.RankedEvent;
import io.godwit.model.Recoverability;
import io.godwit.model.SequenceRange;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.RandomHistory;
import io.godwit.testkit.SessionKiller;
import io.godwit.testkit.WriteFaults;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** PostgreSQL ends a session or goes away in the middle of a copy. */
final class ChainInterruptionITCase {

    private static final long SEED = Long.getLong("godwit.seed", 12);

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    @Test
    @DisplayName(
            "case 12: a session that ends after any single write changes nothing of the result")
    void aSessionThatEndsAfterAnyWriteChangesNothing() {
        ChainHistory history = ChainHistory.startingAt(3, 1, 0).blocks(6).skipped(1).blocks(2);
        history.orphansMarkedSkipped(1, 2).reorg(1).reorg(4).blocks(6);
        CopyHarness copy = STORES.copyOf(history);
        CopyPlan plan = CopyPlan.whole().ranges(9).batches(9).shuffled(SEED);
        WriteFaults faults = new WriteFaults(copy);
        long killed = 0;
        do {
            copy.execute("TRUNCATE block_metadata, canonical_blocks, block_events");
            copy.dropState();
            faults.killAfter(++killed);
            copy.copy(plan);
            boolean fell = faults.count() >= killed;
            copy.execute("TRUNCATE test_fault");
            copy.publish();
            assertThat(copy.rows())
                    .as("killed after write %s, seed %s", killed, SEED)
                    .isEqualTo(ChainModel.of(history));
            if (!fell) {
                break;
            }
        } while (true);
        assertThat(killed).as("writes").isGreaterThan(10);
    }

    @Test
    @DisplayName("case 12: sessions ended at random, the state lost: the result is the same")
    void sessionsEndedAtRandomChangeNothing() {
        int killed = 0;
        for (long seed = SEED; seed < SEED + 4; seed++) {
            ChainHistory history = RandomHistory.of(seed, RandomHistory.Options.any(seed, 0, 200));
            CopyHarness copy = STORES.copyOf(history);
            CopyPlan plan = CopyPlan.whole().ranges(20).batches(2).writers(3).shuffled(seed);
            try (SessionKiller killer = new SessionKiller(copy, seed)) {
                copyRestarting(copy, plan);
                copy.dropState();
                copyRestarting(copy, plan.shuffled(-seed));
                killed += killer.killed();
            }
            copy.publish();
            assertThat(copy.rows()).as("seed %s", seed).isEqualTo(ChainModel.of(history));
        }
        assertThat(killed).as("sessions ended").isPositive();
    }

    /** As a job does it: after a transient failure it begins again, without its state. */
    private static void copyRestarting(CopyHarness copy, CopyPlan plan) {
        while (true) {
            try {
                copy.copy(plan);
                return;
            } catch (MigrationException e) {
                assertThat(e.recoverability()).isEqualTo(Recoverability.TRANSIENT);
                copy.dropState();
            }
        }
    }

    @Test
    @DisplayName("case 34: a PostgreSQL that is killed and restarted in a copy is waited for")
    void aPostgresThatIsRestartedIsWaitedFor() throws Exception {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(150).reorg(20).blocks(130);
        try (PostgresServer server = PostgresServer.start();
                CopyHarness copy = copyTo(server, history)) {
            CompletableFuture<ApplyResult> copying =
                    CompletableFuture.supplyAsync(() -> copy.copy(CopyPlan.whole().batches(2)));
            Awaitility.await("some batches")
                    .pollInterval(Duration.ofMillis(5))
                    .until(
                            () ->
                                    Integer.parseInt(
                                                    copy.query("SELECT count(*) FROM block_events"))
                                            > 9);
            server.kill();
            assertThat(copying).isNotDone();
            server.restart();
            ApplyResult result = copying.get();
            // A commit whose answer was lost is found to be there when the batch is repeated.
            assertThat(result.total()).isEqualTo(history.lastSequence());
            copy.publish();
            assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
        }
    }

    @Test
    @DisplayName("case 34: a PostgreSQL that stays away is a transient failure, and loses nothing")
    void aPostgresThatStaysAwayIsATransientFailure() throws Exception {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(20);
        try (PostgresServer server = PostgresServer.start();
                CopyHarness copy = copyTo(server, history);
                var target = copy.openTarget()) {
            List<RankedEvent> events =
                    copy.log().read(0, new SequenceRange(1, 21), 20, false).stream()
                            .map(copy::rank)
                            .toList();
            target.apply(events.subList(0, 10));
            ChainRows before = copy.rows();
            server.kill();

            FutureTask<ApplyResult> interrupted =
                    new FutureTask<>(() -> target.apply(events.subList(10, 20)));
            Thread thread = new Thread(interrupted);
            thread.start();
            thread.interrupt();
            ExecutionException cancelled =
                    catchThrowableOfType(ExecutionException.class, interrupted::get);
            MigrationException away =
                    catchThrowableOfType(
                            MigrationException.class, () -> target.apply(events.subList(10, 20)));
            assertThat(away.recoverability()).isEqualTo(Recoverability.TRANSIENT);

            server.restart();
            assertThat(copy.rows()).isEqualTo(before);
            assertThat(target.apply(events.subList(10, 20)).written()).isEqualTo(10);
            assertThat(copy.rows().events()).hasSize(20);
            assertThat(cancelled.getCause())
                    .as("an interrupted wait")
                    .isInstanceOfSatisfying(
                            MigrationException.class,
                            e ->
                                    assertThat(e.recoverability())
                                            .isEqualTo(Recoverability.TRANSIENT));
        }
    }

    private static CopyHarness copyTo(PostgresServer server, ChainHistory history) {
        var tables = STORES.tables();
        tables.putAll(history);
        return new CopyHarness(
                tables,
                ChainStores.source(STORES.dynamo(), tables, List.of(history.eventTag()), 0),
                server.newDatabase());
    }
}
