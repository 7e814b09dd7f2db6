package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.ApplyResult;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.ChainRows.EventKey;
import io.godwit.testkit.ChainRows.Place;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reorgs and the order of the log: the expected rows are said by hand, then by the model. */
final class ChainLogCasesITCase {

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    private static ChainHistory chain() {
        return ChainHistory.startingAt(0, 1, 100).added(100, "100a", "99a");
    }

    private static ChainRows copied(ChainHistory history, CopyPlan plan) {
        CopyHarness copy = STORES.copyOf(history);
        ApplyResult result = copy.copy(plan);
        copy.publish();
        assertThat(result).isEqualTo(new ApplyResult(history.lastSequence(), 0, 0));
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
        return copy.rows();
    }

    private static ChainRows copied(ChainHistory history) {
        return copied(history, CopyPlan.whole());
    }

    /** Canonical hashes from height 100 upwards. */
    private static Map<Place, String> canonical(String... hashes) {
        Map<Place, String> rows = new TreeMap<>();
        for (int i = 0; i < hashes.length; i++) {
            rows.put(new Place(1, 100 + i), "1/" + hashes[i]);
        }
        return rows;
    }

    @Test
    @DisplayName("case 1: a plain chain is copied whole")
    void aPlainChainIsCopiedWhole() {
        ChainRows rows = copied(chain().added(101, "101b", "100a").added(102, "102c", "101b"));
        assertThat(rows.blocks()).containsOnlyKeys("1/100a", "1/101b", "1/102c");
        assertThat(rows.canonical()).isEqualTo(canonical("100a", "101b", "102c"));
        assertThat(rows.events()).hasSize(3);
    }

    @Test
    @DisplayName("case 2: a reorg of one block keeps both blocks, the later one is canonical")
    void aReorgOfOneBlockKeepsBothBlocks() {
        ChainHistory history = chain().added(101, "101a", "100a").added(102, "102a", "101a");
        history.removed(102, "102a").added(102, "102b", "101a").added(103, "103b", "102b");
        ChainRows rows = copied(history);
        assertThat(rows.blocks()).containsKeys("1/102a", "1/102b");
        assertThat(rows.canonical()).isEqualTo(canonical("100a", "101a", "102b", "103b"));
        assertThat(rows.events()).hasSize(6);
    }

    @Test
    @DisplayName("case 3: of two nested reorgs the last branch is canonical")
    void ofTwoNestedReorgsTheLastBranchIsCanonical() {
        ChainHistory history = chain().added(101, "101b1", "100a").removed(101, "101b1");
        history.added(101, "101b2", "100a").added(102, "102c1", "101b2");
        history.removed(102, "102c1").removed(101, "101b2");
        history.added(101, "101b3", "100a").added(102, "102c2", "101b3");
        for (int range : new int[] {1, 2, 3, 100}) {
            ChainRows rows = copied(history, CopyPlan.whole().ranges(range).batches(range));
            assertThat(rows.blocks())
                    .containsOnlyKeys(
                            "1/100a", "1/101b1", "1/101b2", "1/102c1", "1/101b3", "1/102c2");
            assertThat(rows.canonical()).isEqualTo(canonical("100a", "101b3", "102c2"));
        }
    }

    @Test
    @DisplayName("case 4: a deep reorg replaces the branch above the fork")
    void aDeepReorgReplacesTheBranchAboveTheFork() {
        ChainHistory history = chain();
        history.added(101, "101a", "100a").added(102, "102a", "101a").added(103, "103a", "102a");
        history.removed(103, "103a").removed(102, "102a").removed(101, "101a");
        history.added(101, "101b", "100a").added(102, "102b", "101b").added(103, "103b", "102b");
        history.added(104, "104b", "103b").added(105, "105b", "104b");
        assertThat(copied(history).canonical())
                .isEqualTo(canonical("100a", "101b", "102b", "103b", "104b", "105b"));
    }

    @Test
    @DisplayName("case 5: added and removed in turn at one height")
    void addedAndRemovedInTurnAtOneHeight() {
        ChainHistory history = chain().removed(100, "100a").added(100, "100b", "99a");
        history.removed(100, "100b").added(100, "100c", "99a");
        for (int range : new int[] {1, 2, 100}) {
            ChainRows rows = copied(history, CopyPlan.whole().ranges(range).batches(range));
            assertThat(rows.blocks()).containsOnlyKeys("1/100a", "1/100b", "1/100c");
            assertThat(rows.canonical()).isEqualTo(canonical("100c"));
            assertThat(rows.events()).hasSize(5);
        }
    }

    @Test
    @DisplayName("case 6: a block that is removed and added again is one row with three events")
    void aBlockAddedAgainIsOneRow() {
        ChainHistory history = chain().added(101, "101b", "100a").removed(101, "101b");
        history.added(101, "101b", "100a");
        ChainRows rows = copied(history);
        assertThat(rows.blocks()).containsOnlyKeys("1/100a", "1/101b");
        assertThat(rows.events().values())
                .filteredOn(event -> event.block().equals("1/101b"))
                .extracting(ChainRows.EventRow::type)
                .containsExactly("BLOCK_ADDED", "BLOCK_REMOVED", "BLOCK_ADDED");
        assertThat(rows.canonical()).isEqualTo(canonical("100a", "101b"));
    }

    @Test
    @DisplayName("case 7: a batch that begins with REMOVED finds the blocks of an earlier batch")
    void aBatchThatBeginsWithRemovedFindsItsBlocks() {
        ChainHistory history = chain().added(101, "101a", "100a").added(102, "102a", "101a");
        history.removed(102, "102a").removed(101, "101a").added(101, "101b", "100a");
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(0, 1, 4, CopyPlan.whole());
        copy.dropState();
        copy.copy(0, 4, 7, CopyPlan.whole());
        ChainRows rows = copy.rows();
        assertThat(rows.events().get(new EventKey(0, 4)).block()).isEqualTo("1/102a");
        assertThat(rows.events().get(new EventKey(0, 5)).block()).isEqualTo("1/101a");
        assertThat(rows.blocks()).hasSize(4);
        assertThat(rows.canonical()).isEqualTo(canonical("100a", "101b"));
    }

    @Test
    @DisplayName("case 8: a batch of REMOVED alone writes no block")
    void aBatchOfRemovedAloneWritesNoBlock() {
        ChainHistory history = chain().added(101, "101a", "100a").added(102, "102a", "101a");
        history.removed(102, "102a").removed(101, "101a");
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(0, 1, 4, CopyPlan.whole());
        assertThat(copy.copy(0, 4, 6, CopyPlan.whole())).isEqualTo(new ApplyResult(2, 0, 0));
        assertThat(copy.rows().blocks()).hasSize(3);
        assertThat(copy.rows().events()).hasSize(5);
        assertThat(copy.rows().canonical()).isEqualTo(canonical("100a"));
    }

    @Test
    @DisplayName("case 9: wherever a batch ends, the result is that of a single batch")
    void whereverABatchEndsTheResultIsThatOfASingleBatch() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(6).reorg(3).blocks(4);
        CopyHarness whole = STORES.copyOf(history);
        whole.copy(CopyPlan.whole());
        for (long cut = 2; cut <= history.lastSequence(); cut++) {
            CopyHarness copy = STORES.copyOf(whole.tables(), java.util.List.of(0));
            copy.copy(0, 1, cut, CopyPlan.whole());
            copy.copy(0, cut, history.nextSequence(), CopyPlan.whole());
            assertThat(copy.rows()).as("cut before %s", cut).isEqualTo(whole.rows());
        }
    }

    @Test
    @DisplayName("case 10: a reorg through several batches corrects all of them")
    void aReorgThroughSeveralBatchesCorrectsAllOfThem() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(40).reorg(35).blocks(50);
        ChainRows rows = copied(history, CopyPlan.whole().ranges(4).batches(3));
        assertThat(rows.canonical()).hasSize(55);
        assertThat(rows.blocks()).hasSize(90);
    }

    @Test
    @DisplayName("case 11: a batch is repeated whose reorg goes below its own start")
    void aBatchIsRepeatedWhoseReorgGoesBelowItsStart() {
        ChainHistory history = chain().added(101, "101a", "100a").removed(101, "101a");
        history.removed(100, "100a").added(100, "100b", "99a").added(101, "101b", "100b");
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(0, 1, 2, CopyPlan.whole());
        copy.copy(0, 2, 7, CopyPlan.whole());
        for (int attempt = 0; attempt < 2; attempt++) {
            copy.dropState();
            assertThat(copy.copy(0, 2, 7, CopyPlan.whole())).isEqualTo(new ApplyResult(0, 5, 0));
            copy.publish();
            assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
        }
    }

    @Test
    @DisplayName("case 11: a batch is repeated whose blocks were committed without their events")
    void aBatchIsRepeatedWhoseBlocksWereCommittedAlone() {
        ChainHistory history = chain().removed(100, "100a").added(100, "100b", "99a");
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        copy.execute("DELETE FROM block_events WHERE event_sequence > 1");
        copy.dropState();
        copy.copy(CopyPlan.whole());
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
    }

    @Test
    @DisplayName("case 13: whoever finishes first, the order of events decides")
    void whoeverFinishesFirstTheOrderOfEventsDecides() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(20).reorg(12).blocks(8);
        history.reorg(5).blocks(9).reorg(2);
        for (long seed = 0; seed < 10; seed++) {
            copied(history, CopyPlan.whole().ranges(3).batches(4).writers(3).shuffled(seed));
        }
    }

    @Test
    @DisplayName("case 14: a log that ends in REMOVED has its watermark at the new tip")
    void aLogThatEndsInRemovedHasItsWatermarkAtTheNewTip() {
        ChainRows rows = copied(ChainHistory.startingAt(0, 1, 100).blocks(10).reorg(4));
        assertThat(rows.watermarks().orElseThrow()).containsExactly(new Place(1, 105));
        assertThat(rows.canonical().lastKey()).isEqualTo(new Place(1, 105));
    }

    @Test
    @DisplayName("case 15: above a tip that became lower no canonical row is left")
    void aboveATipThatBecameLowerNoCanonicalRowIsLeft() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(10);
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        copy.publish();
        long next = history.nextSequence();
        copy.tables().putSince(history.reorg(6).blocks(1), next);
        copy.execute(
                "INSERT INTO canonical_blocks (height, tag, block_metadata_id, is_watermark)"
                        + " SELECT 117, 1, max(id), true FROM block_metadata");
        copy.copy(0, next, history.nextSequence(), CopyPlan.whole());
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
        assertThat(copy.rows().watermarks().orElseThrow()).containsExactly(new Place(1, 104));
    }
}
