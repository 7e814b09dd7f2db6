package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.testkit.Block;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.ChainRows.BlockRow;
import io.godwit.testkit.ChainRows.EventKey;
import io.godwit.testkit.ChainRows.Place;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import io.godwit.testkit.Event;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Heights without a block, and orphans that a later event tag marked skipped. */
final class ChainSkippedCasesITCase {

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    private static ChainRows copied(ChainHistory... histories) {
        ChainRows first = null;
        for (int range : new int[] {1000, 1}) {
            CopyHarness copy = STORES.copyOf(histories);
            copy.copy(CopyPlan.whole().ranges(range).batches(range));
            copy.publish();
            first = copy.rows();
            assertThat(first).isEqualTo(ChainModel.of(histories));
        }
        return first;
    }

    private static ChainHistory chain() {
        return ChainHistory.startingAt(0, 1, 100).blocks(1);
    }

    @Test
    @DisplayName("case 35: a skipped height is a canonical row with empty strings")
    void aSkippedHeightIsACanonicalRowWithEmptyStrings() {
        ChainRows rows = copied(chain().skipped(1).blocks(1));
        BlockRow skipped = rows.blocks().get("1/skipped/101");
        assertThat(skipped.hash()).isEqualTo("");
        assertThat(skipped.parentHash()).isEqualTo("");
        assertThat(skipped.objectKeyMain()).isEqualTo("");
        assertThat(skipped.parentHeight()).isZero();
        assertThat(rows.canonical()).containsEntry(new Place(1, 101), "1/skipped/101");
        assertThat(rows.events().get(new EventKey(0, 2)).hash()).isEqualTo("");
        String last = rows.canonical().get(new Place(1, 102));
        assertThat(rows.blocks().get(last).parentHeight()).isEqualTo(100);
    }

    @Test
    @DisplayName("case 36: skipped heights beside each other, at the start, at the end")
    void skippedHeightsBesideEachOther() {
        copied(chain().skipped(3));
        copied(ChainHistory.startingAt(0, 1, 100).skipped(2).blocks(2));
        copied(ChainHistory.startingAt(0, 1, 100).skipped(3));
    }

    @Test
    @DisplayName("case 36: skipped heights are removed like blocks, before and after them")
    void skippedHeightsAreRemovedLikeBlocks() {
        copied(chain().skipped(1).reorg(1));
        copied(chain().skipped(2).reorg(2).blocks(1));
        copied(chain().blocks(1).skipped(1).reorg(2).blocks(1));
        copied(chain().skipped(1).blocks(1).reorg(2).skipped(1));
    }

    @Test
    @DisplayName("case 36: a skipped height comes back as a block, and a block as skipped")
    void aSkippedHeightComesBackAsABlock() {
        ChainRows block = copied(chain().skipped(1).reorg(1).blocks(1));
        assertThat(block.canonical().get(new Place(1, 101))).startsWith("1/0x");
        ChainRows skipped = copied(chain().blocks(1).reorg(1).skipped(1));
        assertThat(skipped.canonical()).containsEntry(new Place(1, 101), "1/skipped/101");
        copied(chain().skipped(1).reorg(1).reAdd().blocks(2));
    }

    @Test
    @DisplayName("case 37: the time of a skipped block is kept, from its item or from its event")
    void theTimeOfASkippedBlockIsKept() {
        ChainHistory history = chain().skipped(3, true).blocks(1);
        CopyHarness copy = STORES.copyOf(history);
        List<Event> events = history.events();
        Block withItemOnly = history.block(events.get(1)).orElseThrow();
        copy.tables().changeEvent(0, 2, item -> item.remove("block_timestamp"));
        copy.tables().deleteBlock(history.block(events.get(2)).orElseThrow());
        copy.copy(CopyPlan.whole());
        copy.publish();
        assertThat(withItemOnly.timestamp()).isPositive();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
    }

    @Test
    @DisplayName(
            "case 38: an orphan marked skipped keeps its hash, points to the skipped row of its"
                    + " old tag and is never canonical")
    void anOrphanMarkedSkippedIsNeverCanonical() {
        ChainHistory old = ChainHistory.startingAt(0, 1, 100).blocks(3).reorg(1).blocks(2);
        ChainHistory derived = old.derive(3, 2);
        CopyHarness copy = STORES.copyOf(old, derived);
        copy.copy(3, 1, derived.nextSequence(), CopyPlan.whole());
        ChainRows alone = copy.rows();
        assertThat(alone.canonical().keySet()).allMatch(place -> place.tag() == 2).hasSize(4);
        var orphan = alone.events().get(new EventKey(3, 3));
        assertThat(orphan.hash()).isEqualTo(old.events().get(2).hash());
        assertThat(orphan.block()).isEqualTo("1/skipped/102");
        assertThat(alone.blocks().get("1/skipped/102").hash()).isNull();
        copy.copy(CopyPlan.whole());
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(old, derived));
        assertThat(copy.rows().canonical()).hasSize(8);
    }

    @Test
    @DisplayName(
            "case 38: a watermark that rests on an orphan marked skipped makes it no canonical")
    void aWatermarkThatRestsOnAnOrphanMakesItNoCanonical() {
        ChainHistory old = ChainHistory.startingAt(0, 1, 100).blocks(3).reorg(1).blocks(2);
        CopyHarness copy = STORES.copyOf(old, old.derive(3, 2));
        copy.tables().setWatermark(0, 2);
        copy.tables().setWatermark(3, 3);
        // The second delivery decides every height again, whatever the stream says of it.
        copy.copy(CopyPlan.whole().batches(1).delivered(2));
        copy.publish();
        assertThat(copy.rows().events()).hasSize(5);
        assertThat(copy.rows().canonical())
                .containsOnlyKeys(
                        new Place(1, 100), new Place(1, 101), new Place(2, 100), new Place(2, 101));
    }

    @Test
    @DisplayName("case 39: two orphans marked skipped at one height share the skipped row")
    void twoOrphansMarkedSkippedShareARow() {
        ChainHistory history = ChainHistory.startingAt(3, 2, 100).blocks(2);
        history.orphansMarkedSkipped(1, 1).reorg(1).orphansMarkedSkipped(1, 1).reorg(1).blocks(1);
        ChainRows rows = copied(history);
        assertThat(rows.events().values())
                .filteredOn(event -> event.block().equals("1/skipped/102"))
                .hasSize(4)
                .extracting(ChainRows.EventRow::hash)
                .doesNotContain("");
        assertThat(rows.canonical().get(new Place(2, 102))).startsWith("2/0x");
        assertThat(rows.canonical()).doesNotContainKey(new Place(1, 102));
    }

    @Test
    @DisplayName("case 39: an orphan and a true skipped block share a row, whichever comes first")
    void anOrphanAndATrueSkippedBlockShareARow() {
        ChainHistory before = ChainHistory.startingAt(3, 1, 0).blocks(2).skipped(1, true).reorg(1);
        before.orphansMarkedSkipped(1, 1).reorg(1).blocks(1);
        ChainHistory after = ChainHistory.startingAt(3, 1, 0).blocks(2);
        after.orphansMarkedSkipped(1, 1).reorg(1).skipped(1, true);
        assertThat(copied(before).blocks().get("1/skipped/2").hash()).isEqualTo("");
        ChainRows rows = copied(after);
        assertThat(rows.blocks().get("1/skipped/2").hash()).isEqualTo("");
        assertThat(rows.blocks().get("1/skipped/2").timestamp()).isPositive();
        assertThat(rows.canonical()).containsEntry(new Place(1, 2), "1/skipped/2");
    }

    @Test
    @DisplayName("case 40: a height that is skipped in one branch and a block in another has both")
    void aHeightThatIsSkippedInOneBranchHasBothRows() {
        ChainRows rows = copied(chain().skipped(1).blocks(1).reorg(2).blocks(2));
        assertThat(rows.blocks()).containsKey("1/skipped/101").hasSize(5);
        assertThat(rows.canonical().get(new Place(1, 101))).startsWith("1/0x");
    }

    @Test
    @DisplayName("case 44: a skipped flag that is NULL or absent reads as false")
    void aSkippedFlagThatIsAbsentReadsAsFalse() {
        ChainHistory history = chain().blocks(2);
        CopyHarness copy = STORES.copyOf(history);
        copy.tables().changeEvent(0, 1, item -> item.remove("skipped"));
        copy.tables().changeEvent(0, 2, i -> i.put("skipped", AttributeValue.fromNul(true)));
        copy.copy(CopyPlan.whole());
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
    }
}
