package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.ChainstorageTarget;
import io.godwit.model.ApplyResult;
import io.godwit.model.RankedEvent;
import io.godwit.model.SequenceRange;
import io.godwit.testkit.CanonicalWatch;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Two writers at one height: the attempt of a task that was given up, but has not noticed yet,
 * beside the attempt that replaced it.
 */
final class ChainConcurrencyITCase {

    private static final long SEED = Long.getLong("godwit.seed", 50);

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    @Test
    @DisplayName(
            "case 50: two attempts that deliver all events at once leave the right rows, always")
    void twoAttemptsThatDeliverAllEventsAtOnce() {
        for (long seed = SEED; seed < SEED + 8; seed++) {
            ChainHistory history = flickering(seed);
            CopyHarness copy = STORES.copyOf(history);
            CopyPlan plan = CopyPlan.whole().ranges(7).batches(2).shuffled(seed);
            try (CanonicalWatch watch = new CanonicalWatch(copy.database());
                    CopyHarness other =
                            new CopyHarness(copy.tables(), copy.source(), copy.database())) {
                CompletableFuture<ApplyResult> beside =
                        CompletableFuture.supplyAsync(() -> other.copy(plan.shuffled(-1)));
                ApplyResult total = copy.copy(plan).plus(beside.join());
                assertThat(total.written()).as("seed %s", seed).isEqualTo(history.lastSequence());
                assertThat(copy.rows().canonical())
                        .as("seed %s", seed)
                        .isEqualTo(ChainModel.of(history).canonical());
                watch.end();
            }
        }
    }

    /** A chain whose few heights change all the time. */
    private static ChainHistory flickering(long seed) {
        Random random = new Random(seed);
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(4);
        for (int i = 0; i < 12; i++) {
            history.reorg(1 + random.nextInt(3));
            if (random.nextBoolean()) {
                history.reAdd();
            }
            history.blocks(4 - history.length());
        }
        return history.reorg(2);
    }

    /**
     * @param applied the log is there up to this sequence
     * @param paused the sequence that one attempt has applied but not committed ...
     * @param beside ... while the other attempt applies this one
     */
    @ParameterizedTest
    @CsvSource({"2, 3, 2", "3, 5, 4", "2, 5, 4", "3, 4, 5", "4, 5, 2", "1, 3, 2"})
    @DisplayName("case 50: what one attempt has not committed yet, the other does not overrule")
    void whatOneAttemptHasNotCommittedTheOtherDoesNotOverrule(int applied, int paused, int beside)
            throws Exception {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(2).reorg(1).reAdd();
        history.reorg(1);
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(0, 1, applied + 1, CopyPlan.whole());
        copy.execute(
                """
                CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF current_setting('application_name') = 'godwit/paused' THEN
                        PERFORM pg_advisory_xact_lock(42);
                    END IF;
                    RETURN NULL;
                END
                $$;
                CREATE TRIGGER pause AFTER INSERT OR UPDATE OR DELETE ON canonical_blocks
                    FOR EACH STATEMENT EXECUTE FUNCTION pause();
                """);
        try (var first = new ChainstorageTarget(copy.target(), "paused");
                var second = new ChainstorageTarget(copy.target(), "beside");
                Connection connection = copy.connect();
                Statement gate = connection.createStatement()) {
            gate.execute("SELECT pg_advisory_lock(42)");
            var pausing = apply(first, event(copy, paused));
            Awaitility.await("one attempt is paused").until(() -> waiting(copy) == 1);
            var applying = apply(second, event(copy, beside));
            Awaitility.await("the other attempt is done, or waits")
                    .until(() -> applying.isDone() || waiting(copy) == 2);
            gate.execute("SELECT pg_advisory_unlock(42)");
            pausing.join();
            applying.join();
        }
        try (CanonicalWatch watch = new CanonicalWatch(copy.database())) {
            watch.end();
        }
    }

    /** As an attempt sees it whose state is lost: the first event at its height. */
    private static List<RankedEvent> event(CopyHarness copy, int sequence) {
        SequenceRange one = new SequenceRange(sequence, sequence + 1);
        copy.dropState();
        return copy.log().read(0, one, 1, false).stream().map(copy::rank).toList();
    }

    private static CompletableFuture<ApplyResult> apply(
            ChainstorageTarget target, List<RankedEvent> events) {
        return CompletableFuture.supplyAsync(() -> target.apply(events));
    }

    private static int waiting(CopyHarness copy) {
        return Integer.parseInt(
                copy.query(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND"
                                + " datname = current_database()"));
    }
}
