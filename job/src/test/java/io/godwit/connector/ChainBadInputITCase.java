package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.testkit.Block;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import io.godwit.testkit.Event;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What must not be copied stops the copy with a message that names it, and nothing is written. */
final class ChainBadInputITCase {

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    private static ChainHistory chain() {
        return ChainHistory.startingAt(0, 1, 100).blocks(5);
    }

    /** The copy is refused for good, and the target stays as it was. */
    private static MigrationException refused(CopyHarness copy) {
        var before = copy.rows();
        MigrationException error =
                catchThrowableOfType(MigrationException.class, () -> copy.copy(CopyPlan.whole()));
        assertThat(error).as("the copy is refused").isNotNull();
        assertThat(error.recoverability()).isEqualTo(Recoverability.FATAL);
        assertThat(copy.rows()).isEqualTo(before);
        return error;
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 3", "0, 5", "3, 1", "3, 4"})
    @DisplayName("case 16: an event missing below the watermark stops the copy by name")
    void aMissingEventStopsTheCopyByName(int tag, long missing) {
        CopyHarness copy = STORES.copyOf(ChainHistory.startingAt(tag, 1, 100).blocks(5));
        copy.tables().deleteEvent(tag, missing);
        assertThat(refused(copy))
                .hasMessageContaining("Gap in [1, 6) of event tag " + tag)
                .hasMessageContaining(": " + missing + " is missing")
                .hasMessageContaining(copy.tables().eventTableOf(tag));
    }

    @ParameterizedTest
    @CsvSource({"0", "7"})
    @DisplayName("case 17: an event of an unknown type stops the copy by name")
    void anEventOfAnUnknownTypeStopsTheCopy(String type) {
        CopyHarness copy = STORES.copyOf(chain());
        copy.tables().changeEvent(0, 4, item -> item.put("type", AttributeValue.fromN(type)));
        assertThat(refused(copy)).hasMessageContaining("'type'").hasMessageContaining("is " + type);
    }

    @Test
    @DisplayName("case 17: the message about an unknown event names it as the table does")
    void theMessageAboutAnUnknownEventNamesIt() {
        CopyHarness copy = STORES.copyOf(chain());
        copy.tables().changeEvent(0, 4, item -> item.remove("type"));
        assertThat(refused(copy)).hasMessageContaining("event 4 in table");
    }

    @Test
    @DisplayName("case 18: an event that does not follow from the one before names both")
    void anEventThatDoesNotFollowNamesBoth() {
        Consumer<ChainHistory> wrongParent = h -> h.added(105, "105x", "another");
        Consumer<ChainHistory> wrongHeight = h -> h.added(107, "107x", "106x");
        Consumer<ChainHistory> notTheTip = h -> h.removed(103, h.events().get(3).hash());
        Consumer<ChainHistory> unknownBlock = h -> h.removed(104, "104x");
        for (var bad : List.of(wrongParent, wrongHeight, notTheTip, unknownBlock)) {
            ChainHistory history = chain();
            bad.accept(history);
            if (bad == unknownBlock) {
                history.silentBlock(
                        new Block(1, 104, "104x", "", 103, "key", false, 1_600_000_000L));
            }
            assertThat(refused(STORES.copyOf(history)))
                    .hasMessageContaining("no valid stack")
                    .hasMessageContaining(" 5 (event tag 0")
                    .hasMessageContaining(" 6 (event tag 0");
        }
    }

    @Test
    @DisplayName("case 4: the new branch must stand on the block below the fork")
    void theNewBranchMustStandOnTheBlockBelowTheFork() {
        ChainHistory history = chain().reorg(2).added(103, "103x", "another");
        assertThat(refused(STORES.copyOf(history)))
                .hasMessageContaining(" 7 (event tag 0")
                .hasMessageContaining(" 8 (event tag 0");
    }

    @Test
    @DisplayName("case 18: a log that begins with REMOVED is refused")
    void aLogThatBeginsWithRemovedIsRefused() {
        ChainHistory history = chain();
        Event first = history.events().get(0);
        CopyHarness copy = STORES.copyOf(history);
        copy.tables().changeEvent(0, 1, item -> item.put("type", AttributeValue.fromN("2")));
        assertThat(refused(copy))
                .hasMessageContaining("REMOVED")
                .hasMessageContaining(first.hash());
    }

    @Test
    @DisplayName("case 18: a wrong neighbour is found across two ranges, in any order of ranges")
    void aWrongNeighbourIsFoundAcrossRanges() {
        ChainHistory history = chain().added(107, "107x", "106x");
        for (CopyPlan plan : List.of(CopyPlan.whole(), CopyPlan.whole().shuffled(4))) {
            CopyHarness copy = STORES.copyOf(history);
            MigrationException error =
                    catchThrowableOfType(MigrationException.class, () -> copy.copy(plan.ranges(1)));
            assertThat(error).hasMessageContaining(" 5 (event").hasMessageContaining(" 6 (event");
        }
    }

    @Test
    @DisplayName("case 31: a missing block stops the copy with tag, height and hash")
    void aMissingBlockStopsTheCopy() {
        for (int missing : new int[] {0, 2, 4}) {
            ChainHistory history = chain();
            CopyHarness copy = STORES.copyOf(history);
            Block block = history.block(history.events().get(missing)).orElseThrow();
            copy.tables().deleteBlock(block);
            assertThat(refused(copy))
                    .hasMessageContaining(
                            "(tag 1, height " + block.height() + ", hash " + block.hash() + ")");
        }
    }

    @Test
    @DisplayName("case 31: a missing block of another tag than 1 has no fallback")
    void aMissingBlockOfAnotherTagHasNoFallback() {
        ChainHistory history = ChainHistory.startingAt(1, 2, 100).blocks(3);
        CopyHarness copy = STORES.copyOf(history);
        Block block = history.block(history.events().get(1)).orElseThrow();
        copy.tables().deleteBlock(block);
        assertThat(refused(copy)).hasMessageContaining("(tag 2, height 101");
    }

    @ParameterizedTest
    @CsvSource({
        "hash, N, 5",
        "skipped, S, no",
        "tag, N, 4294967295",
        "height, N, -3",
        "height, N, 1.5",
        "block_timestamp, BOOL, ''"
    })
    @DisplayName("an event attribute of the wrong type or range stops the copy by name")
    void anEventAttributeOfTheWrongTypeStopsTheCopy(String name, String type, String value) {
        CopyHarness copy = STORES.copyOf(chain());
        copy.tables().changeEvent(0, 2, item -> item.put(name, attribute(type, value)));
        assertThat(refused(copy)).hasMessageContaining("'" + name + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "timestamp, S, soon",
        "height, S, 100",
        "parent_height, N, -1",
        "object_key_main, BOOL, ''",
        "parent_hash, N, 3",
        "parent_height, N, 18446744073709551615"
    })
    @DisplayName("a block attribute of the wrong type or range stops the copy by name")
    void aBlockAttributeOfTheWrongTypeStopsTheCopy(String name, String type, String value) {
        ChainHistory history = chain();
        CopyHarness copy = STORES.copyOf(history);
        Block block = history.block(history.events().get(1)).orElseThrow();
        copy.tables().changeBlock(block, item -> item.put(name, attribute(type, value)));
        assertThat(refused(copy))
                .hasMessageContaining("'" + name + "'")
                .hasMessageContaining(block.hash());
    }

    @Test
    @DisplayName("an event and its block that disagree are named")
    void anEventAndItsBlockThatDisagreeAreNamed() {
        for (String attribute : List.of("height", "parent_hash")) {
            CopyHarness copy = STORES.copyOf(chain());
            ChainHistory history = chain();
            Block block = history.block(history.events().get(2)).orElseThrow();
            AttributeValue other =
                    attribute.equals("height")
                            ? AttributeValue.fromN("7")
                            : AttributeValue.fromS("another");
            copy.tables().changeBlock(block, item -> item.put(attribute, other));
            assertThat(refused(copy))
                    .hasMessageContaining("Event 3")
                    .hasMessageContaining(attribute);
        }
    }

    @Test
    @DisplayName("case 46: a height below block_start_height is refused")
    void aHeightBelowTheStartIsRefused() {
        CopyHarness copy = STORES.copyOf(STORES.copyOf(chain()).tables(), List.of(0), 101);
        assertThat(refused(copy))
                .hasMessageContaining("height 100")
                .hasMessageContaining("block_start_height 101");
    }

    @Test
    @DisplayName("case 47: a hash of more than 66 characters is refused before anything is written")
    void aHashThatIsTooLongIsRefused() {
        String hash = "0x" + "f".repeat(65);
        ChainHistory history = chain();
        history.added(105, hash, history.tip().orElseThrow().hash());
        assertThat(refused(STORES.copyOf(history)))
                .hasMessageContaining("hash has 67 characters")
                .hasMessageContaining("66")
                .hasMessageContaining("BLOCK_ADDED 6");
    }

    @Test
    @DisplayName("case 47: a height above 2^63-1 is refused before anything is written")
    void aHeightThatIsTooLargeIsRefused() {
        CopyHarness copy = STORES.copyOf(chain());
        AttributeValue height = AttributeValue.fromN("9223372036854775808");
        copy.tables().changeEvent(0, 5, item -> item.put("height", height));
        assertThat(refused(copy)).hasMessageContaining("9223372036854775808");
    }

    @Test
    @DisplayName("one hash at two heights, which the target cannot hold, is refused")
    void oneHashAtTwoHeightsIsRefused() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 100).added(100, "same", "99a");
        assertThat(refused(STORES.copyOf(history.added(101, "same", "same"))))
                .hasMessageContaining("same");
    }

    @Test
    @DisplayName("a regular event without a hash is named")
    void aRegularEventWithoutAHashIsNamed() {
        CopyHarness copy = STORES.copyOf(chain());
        copy.tables().changeEvent(0, 3, item -> item.remove("hash"));
        assertThat(refused(copy).getMessage()).containsPattern("[Ee]vent 3|sequence 3");
    }

    private static AttributeValue attribute(String type, String value) {
        return switch (type) {
            case "N" -> AttributeValue.fromN(value);
            case "BOOL" -> AttributeValue.fromBool(true);
            default -> AttributeValue.fromS(value);
        };
    }
}
