package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.dynamodb.ChainSourceCheck;
import io.godwit.connector.postgres.AppliedLog;
import io.godwit.connector.postgres.ChainTargetCheck;
import io.godwit.connector.postgres.ChainTruncation;
import io.godwit.model.ApplyResult;
import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import io.godwit.model.SequenceRange;
import io.godwit.testkit.CanonicalWatch;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainRows.EventKey;
import io.godwit.testkit.ChainRows.Place;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.ChainTables;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import io.godwit.testkit.RewoundHistory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Watermarks and ranges, as far as the stores see them. */
final class ChainRangeCasesITCase {

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    private static ChainHistory chain(int eventTag) {
        return ChainHistory.startingAt(eventTag, 1, 100).blocks(10).reorg(3).blocks(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    @DisplayName("case 19: the newest event is copied")
    void theNewestEventIsCopied(int tag) {
        ChainHistory history = chain(tag);
        CopyHarness copy = STORES.copyOf(history);
        assertThat(copy.log().head(tag)).isEqualTo(history.lastSequence());
        copy.copy(CopyPlan.whole().ranges(4));
        assertThat(copy.rows().events().lastKey())
                .isEqualTo(new EventKey(tag, history.lastSequence()));
    }

    @Test
    @DisplayName("case 20: a copy that has nothing to do succeeds and writes nothing")
    void aCopyThatHasNothingToDoSucceeds() throws SQLException {
        ChainHistory history = chain(0);
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        try (Connection connection = copy.connect()) {
            assertThat(AppliedLog.read(connection, 0))
                    .isEqualTo(new AppliedLog(18, 18, history.nextSequence()));
        }
        long next = history.nextSequence();
        assertThat(copy.copy(0, next, next, CopyPlan.whole())).isEqualTo(ApplyResult.NOTHING);
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    @DisplayName("case 21: without a watermark, or with watermark 0, there is no history")
    void withoutAWatermarkThereIsNoHistory(int tag) {
        ChainTables tables = STORES.tables();
        CopyHarness copy = STORES.copyOf(tables, List.of(tag));
        assertThat(copy.log().head(tag)).isZero();
        assertThat(copy.copy(CopyPlan.whole())).isEqualTo(ApplyResult.NOTHING);
        tables.putAll(chain(tag));
        tables.setWatermark(tag, 0);
        assertThat(copy.log().head(tag)).isZero();
        assertThat(copy.copy(CopyPlan.whole())).isEqualTo(ApplyResult.NOTHING);
        assertThat(ChainSourceCheck.check(copy.source()).heads()).isEqualTo(Map.of(tag, 0L));
        copy.publish();
        assertThat(copy.rows().blocks()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    @DisplayName("case 22: events above the watermark are not read")
    void eventsAboveTheWatermarkAreNotRead(int tag) {
        ChainHistory history = chain(tag);
        CopyHarness copy = STORES.copyOf(history);
        copy.tables().setWatermark(tag, 12);
        // Whoever read one event too many would fail: it is of a type nobody knows.
        copy.tables().changeEvent(tag, 13, item -> item.remove("type"));
        copy.copy(CopyPlan.whole().ranges(5));
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history, 12));
    }

    @Test
    @DisplayName("case 23: a source that moved back is told before anything is copied")
    void aSourceThatMovedBackIsTold() {
        CopyHarness copy = STORES.copyOf(chain(0));
        copy.copy(CopyPlan.whole());
        copy.tables().setWatermark(0, 12);
        var heads = ChainSourceCheck.check(copy.source()).heads();
        var result = ChainTargetCheck.check(copy.target(), copy.migration(), heads);
        assertThat(result.findings())
                .filteredOn(Finding::stops)
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.what())
                                    .contains("up to 18", "head is 12", "from 13");
                            assertThat(finding.remedy()).contains("--rewind");
                        });
    }

    @Test
    @DisplayName("case 24: an event rewritten under its id is never taken for the old one")
    void anEventRewrittenUnderItsIdIsNeverTakenForTheOldOne() {
        CopyHarness copy = STORES.copyOf(chain(0));
        copy.copy(CopyPlan.whole());
        var before = copy.rows();
        copy.tables()
                .putAll(
                        ChainHistory.startingAt(0, 1, 100)
                                .blocks(10)
                                .reorg(3)
                                .branch("other")
                                .blocks(5));
        copy.dropState();
        assertThatThrownBy(() -> copy.copy(CopyPlan.whole()))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("event tag 0, sequence 14")
                .hasMessageContaining("--rewind");
        assertThat(copy.rows()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    @DisplayName("cases 23, 24: after a rewind the target has the rewritten events, and only those")
    void afterARewindTheTargetHasTheRewrittenEvents(int tag) {
        ChainHistory history = chain(tag);
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        copy.publish();
        for (long keep : new long[] {15, 11, 1}) {
            ChainHistory rewritten = RewoundHistory.of(history, keep).blocks(2);
            copy.tables().putAll(rewritten);
            new ChainTruncation(copy.target(), copy.migration()).above(tag, keep);
            assertThat(copy.rows().withoutWatermarks()).isEqualTo(ChainModel.of(history, keep));
            copy.dropState();
            copy.copy(CopyPlan.whole().ranges(4));
            copy.publish();
            assertThat(copy.rows()).isEqualTo(ChainModel.of(rewritten));
            history = rewritten;
        }
    }

    @Test
    @DisplayName("case 25: sequence 0 is no start of a range")
    void sequenceZeroIsNoStartOfARange() {
        assertThatThrownBy(() -> new SequenceRange(0, 5)).hasMessageContaining("[0, 5)");
    }

    @Test
    @DisplayName("case 26: an end before the start is refused, an empty range is nothing to do")
    void anEndBeforeTheStartIsRefused() {
        assertThatThrownBy(() -> new SequenceRange(5, 4)).hasMessageContaining("[5, 4)");
        CopyHarness copy = STORES.copyOf(chain(0));
        assertThat(copy.log().read(0, new SequenceRange(7, 7), 1, false)).isEmpty();
    }

    @Test
    @DisplayName("case 27: a copy from the middle is not published, the first hole is named")
    void aCopyFromTheMiddleIsNotPublished() throws SQLException {
        CopyHarness copy = STORES.copyOf(chain(0));
        copy.copy(0, 4, 10, CopyPlan.whole());
        try (Connection connection = copy.connect()) {
            assertThat(AppliedLog.read(connection, 0)).isEqualTo(new AppliedLog(6, 9, 1));
        }
        assertThatThrownBy(copy::publish)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("event 4")
                .hasMessageContaining("no gap");
        assertThat(copy.rows().watermarks().orElseThrow()).isEmpty();
    }

    @Test
    @DisplayName("case 28: when published, only the tip of each block tag is a watermark")
    void onlyTheTipOfEachBlockTagIsAWatermark() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(10);
        history.blockTag(2).blocks(5).reorg(2).blocks(1);
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        assertThat(copy.rows().watermarks().orElseThrow()).isEmpty();
        copy.execute("UPDATE canonical_blocks SET is_watermark = true WHERE height % 3 = 0");
        for (int i = 0; i < 2; i++) {
            copy.publish();
            assertThat(copy.rows().watermarks().orElseThrow())
                    .containsExactly(new Place(1, 109), new Place(2, 113));
        }
        // As the service asks for the latest block.
        assertThat(
                        copy.query(
                                "SELECT b.hash FROM canonical_blocks c JOIN block_metadata b ON"
                                        + " b.id = c.block_metadata_id WHERE c.tag = 2 AND"
                                        + " c.is_watermark ORDER BY c.height DESC LIMIT 1"))
                .isEqualTo(history.tip().orElseThrow().hash());
    }

    @Test
    @DisplayName("case 29: the watermark is never below the event tip")
    void theWatermarkIsNeverBelowTheEventTip() {
        List<ChainHistory> histories =
                List.of(
                        chain(0),
                        chain(0).reorg(5),
                        chain(0).skipped(2),
                        chain(0).blockTag(2).blocks(1),
                        chain(0).blockTag(2).blocks(3).reorg(3).reorg(1));
        for (ChainHistory history : histories) {
            CopyHarness copy = STORES.copyOf(history);
            copy.copy(CopyPlan.whole().ranges(3));
            copy.publish();
            var tip = history.tip().orElseThrow();
            assertThat(copy.rows().watermarks().orElseThrow())
                    .contains(new Place(tip.blockTag(), tip.height()));
        }
    }

    @Test
    @DisplayName("case 30: while the log grows, readers see canonical rows and their events as one")
    void whileTheLogGrowsReadersSeeRowsAndEventsAsOne() {
        ChainHistory history = chain(0);
        CopyHarness copy = STORES.copyOf(history);
        try (CanonicalWatch watch = new CanonicalWatch(copy.database())) {
            copy.copy(CopyPlan.whole());
            for (int round = 0; round < 20; round++) {
                long next = history.nextSequence();
                history.reorg(1 + round % 3).blocks(3);
                copy.tables().putSince(history, next);
                copy.copy(0, next, history.nextSequence(), CopyPlan.whole().batches(2));
                assertThat(copy.rows().watermarks().orElseThrow()).isEmpty();
            }
            assertThat(watch.end()).isGreaterThan(20);
        }
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
    }
}
