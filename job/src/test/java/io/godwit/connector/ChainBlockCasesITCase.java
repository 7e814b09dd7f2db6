package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.testkit.Block;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.ChainRows.Place;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.ChainTables;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import io.godwit.testkit.Encoding;
import io.godwit.testkit.Event;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** Block tags, encodings, and the values that blocks of different chains have. */
final class ChainBlockCasesITCase {

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    private static ChainRows copied(ChainHistory... histories) {
        CopyHarness copy = STORES.copyOf(histories);
        copy.copy(CopyPlan.whole().batches(4));
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(histories));
        return copy.rows();
    }

    @Test
    @DisplayName("case 41: blocks are read and written under each event's own block tag")
    void blocksAreWrittenUnderEachEventsOwnBlockTag() {
        ChainHistory history = ChainHistory.startingAt(3, 1, 100).blocks(3).blockTag(2).blocks(2);
        history.reorg(3).blockTag(4).blocks(4);
        ChainRows rows = copied(history);
        assertThat(rows.canonical().keySet())
                .extracting(Place::tag)
                .containsExactly(1, 1, 4, 4, 4, 4);
        assertThat(rows.blocks().keySet()).filteredOn(name -> name.startsWith("2/")).hasSize(2);
    }

    @Test
    @DisplayName("case 42: block tag 0 reads as 1, and falls back to a block of tag 0")
    void blockTagZeroReadsAsOneAndFallsBackToZero() {
        ChainHistory history = ChainHistory.startingAt(0, 0, 100).blocks(2).reorg(1).blocks(3);
        ChainRows rows = copied(history);
        assertThat(rows.blocks().keySet()).allMatch(name -> name.startsWith("0/"));
        assertThat(rows.canonical().keySet()).allMatch(place -> place.tag() == 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("case 42: an event of block tag 0, or without one, finds its block of tag 1")
    void anEventWithoutABlockTagFindsItsBlockOfTagOne(boolean missing) {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(4).reorg(1).blocks(1);
        CopyHarness copy = STORES.copyOf(history);
        for (Event event : history.events()) {
            copy.tables()
                    .changeEvent(
                            0,
                            event.sequence(),
                            item -> {
                                item.remove("tag");
                                if (!missing) {
                                    item.put("tag", AttributeValue.fromN("0"));
                                }
                            });
        }
        copy.copy(CopyPlan.whole());
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
    }

    @Test
    @DisplayName("case 42: blocks of tag 0 and 1 in one log are each found where they are")
    void blocksOfTagZeroAndOneInOneLogAreFound() {
        ChainHistory history = ChainHistory.startingAt(0, 0, 100).blocks(3).blockTag(1).blocks(3);
        ChainRows rows = copied(history.reorg(4).blocks(2).reorg(1).reAdd().blocks(1));
        assertThat(rows.blocks().keySet())
                .anyMatch(name -> name.startsWith("0/"))
                .anyMatch(name -> name.startsWith("1/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0x0000000000000000000000000000000000000000000000000000000000000000"})
    @DisplayName("case 43: genesis has parent height 0, whatever the source says")
    void genesisHasParentHeightZero(String parentHash) {
        for (String parentHeight : List.of("0", "18446744073709551615")) {
            ChainHistory history = ChainHistory.startingAt(0, 1, 0).added(0, "0g", parentHash);
            history.removed(0, "0g").added(0, "0h", parentHash).blocks(2);
            CopyHarness copy = STORES.copyOf(history);
            for (int event : new int[] {0, 2}) {
                Block genesis = history.block(history.events().get(event)).orElseThrow();
                AttributeValue value = AttributeValue.fromN(parentHeight);
                copy.tables().changeBlock(genesis, item -> item.put("parent_height", value));
            }
            copy.copy(CopyPlan.whole());
            copy.publish();
            assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
            assertThat(copy.rows().blocks().get("1/0h").parentHeight()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Encoding.class)
    @DisplayName("case 44: empty strings as NULL, as \"\" or absent give the same rows")
    void emptyStringsOfAnyEncodingGiveTheSameRows(Encoding encoding) {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(2).skipped(2).blocks(1);
        history.reorg(2).blocks(2).skipped(1, true).blocks(2);
        ChainTables tables = STORES.tables();
        tables.encoding(encoding).putAll(history);
        CopyHarness copy = STORES.copyOf(tables, List.of(0));
        copy.copy(CopyPlan.whole());
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
    }

    @Test
    @DisplayName("case 45: parent height 0 is known by hash alone, as on the beacon chain")
    void parentHeightZeroIsKnownByHashAlone() {
        ChainHistory history = ChainHistory.startingAt(1, 1, 100).withoutParentHeights().blocks(2);
        history.skipped(2, true).blocks(3).reorg(4).skipped(1, true).blocks(2);
        ChainRows rows = copied(history);
        assertThat(rows.blocks().values()).allMatch(block -> block.parentHeight() == 0);
    }

    @Test
    @DisplayName("case 45: a parent height below height-1 is the parent's, as on Solana")
    void aParentHeightBelowIsTheParents() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(1).skipped(3).blocks(1);
        ChainRows rows = copied(history);
        String last = rows.canonical().get(new Place(1, 104));
        assertThat(rows.blocks().get(last).parentHeight()).isEqualTo(100);
    }

    @Test
    @DisplayName("case 45: a parent height that is not the parent's is not published")
    void aParentHeightThatIsNotTheParentsIsNotPublished() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(1).skipped(2).blocks(1);
        CopyHarness copy = STORES.copyOf(history);
        Block last = history.block(history.tip().orElseThrow()).orElseThrow();
        AttributeValue wrong = AttributeValue.fromN("102");
        copy.tables().changeBlock(last, item -> item.put("parent_height", wrong));
        copy.copy(CopyPlan.whole());
        assertThatThrownBy(copy::publish)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("event 4")
                .hasMessageContaining("event 1");
    }

    @Test
    @DisplayName("case 45: behind a skipped height a wrong parent hash is not published")
    void behindASkippedHeightAWrongParentIsNotPublished() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(1).skipped(1);
        CopyHarness copy = STORES.copyOf(history.added(102, "102x", "another"));
        copy.copy(CopyPlan.whole());
        assertThatThrownBy(copy::publish)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("event 3")
                .hasMessageContaining("event 1");
        assertThat(copy.rows().watermarks().orElseThrow()).isEmpty();
    }

    @Test
    @DisplayName("case 49: blocks of which no event speaks are not copied")
    void blocksOfWhichNoEventSpeaksAreNotCopied() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(3);
        history.silentBlock(new Block(1, 102, "silent", "100a", 101, "key", false, 7));
        assertThat(copied(history).blocks()).hasSize(3).doesNotContainKey("1/silent");
    }

    @Test
    @DisplayName("case 52: a height with several hashes is copied")
    void aHeightWithSeveralHashesIsCopied() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).blocks(2);
        for (int fork = 0; fork < 4; fork++) {
            history.reorg(1).blocks(1);
        }
        history.silentBlock(new Block(1, 101, "silent", "100a", 100, "key", false, 7));
        assertThat(copied(history).blocks()).hasSize(6);
    }

    @Test
    @DisplayName("case 53: event tags 0 and 3 are copied into one database and share block rows")
    void twoEventTagsShareBlockRows() {
        ChainHistory zero = ChainHistory.startingAt(0, 1, 100).branch("one").blocks(5);
        ChainHistory three = ChainHistory.startingAt(3, 1, 100).branch("one").blocks(7);
        assertThat(copied(zero, three).blocks()).hasSize(7);
        assertThat(copied(three, zero).events()).hasSize(12);
    }

    @Test
    @DisplayName("case 53: a removal in one event tag does not take back the other's block")
    void aRemovalInOneEventTagDoesNotTakeBackTheOthersBlock() {
        ChainHistory zero = ChainHistory.startingAt(0, 1, 100).branch("one").blocks(5);
        ChainHistory three = ChainHistory.startingAt(3, 1, 100).branch("one").blocks(5).reorg(2);
        assertThat(copied(zero, three).canonical()).hasSize(5);
        assertThat(copied(three, zero).canonical()).hasSize(5);
    }
}
