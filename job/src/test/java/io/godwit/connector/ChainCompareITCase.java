package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.ChainSelfCheck;
import io.godwit.connector.postgres.ChainstorageView;
import io.godwit.model.ChainEvent;
import io.godwit.model.MigrationException;
import io.godwit.model.SequenceRange;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import io.godwit.verify.CompareOperator;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.util.List;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Case 55: a verification finds every kind of difference, and only those. */
final class ChainCompareITCase {

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    private static CopyHarness copied() {
        ChainHistory history = ChainHistory.startingAt(3, 1, 100).blocks(6).skipped(1, true);
        history.blocks(1).orphansMarkedSkipped(1, 2).reorg(1).reorg(3).blocks(3);
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        return copy;
    }

    private static Tally compare(CopyHarness copy, Level level) throws Exception {
        var target = copy.target();
        List<ChainEvent> events =
                copy.log()
                        .read(
                                3,
                                new SequenceRange(1, copy.log().head(3) + 1),
                                Integer.MAX_VALUE,
                                false);
        try (var harness =
                new OneInputStreamOperatorTestHarness<ChainEvent, Tally>(
                        new CompareOperator<>(
                                () -> new ChainstorageView(target, "compare"), level))) {
            harness.open();
            for (ChainEvent event : events) {
                harness.processElement(event, 0);
            }
            harness.endInput();
            return harness.extractOutputValues().get(0);
        }
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    @DisplayName("case 55: a copy matches its source at every level")
    void aCopyMatchesItsSource(Level level) throws Exception {
        Tally tally = compare(copied(), level);
        assertThat(tally.matched()).as(String.join("\n", tally.named())).isTrue();
        assertThat(tally.compared()).isEqualTo(16);
    }

    @ParameterizedTest
    @EnumSource(Level.class)
    @DisplayName("case 55: a missing event is found at every level and named")
    void aMissingEventIsFound(Level level) throws Exception {
        CopyHarness copy = copied();
        copy.execute("DELETE FROM block_events WHERE event_sequence IN (5, 16)");
        Tally tally = compare(copy, level);
        assertThat(tally.missing()).isEqualTo(2);
        assertThat(tally.different()).isZero();
        assertThat(tally.named())
                .anyMatch(name -> name.startsWith("event tag 3, sequence 5: missing"))
                .anyMatch(name -> name.startsWith("event tag 3, sequence 16: missing"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event_type = 'BLOCK_REMOVED'",
                "height = 7",
                "hash = 'x'",
                "block_metadata_id = block_metadata_id + 1"
            })
    @DisplayName("case 55: an event with other content is found and named")
    void anEventWithOtherContentIsFound(String change) throws Exception {
        CopyHarness copy = copied();
        copy.execute("UPDATE block_events SET " + change + " WHERE event_sequence = 3");
        assertDifferent(copy, "event tag 3, sequence 3: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hash = 'x'",
                "parent_hash = 'x'",
                "parent_height = 7",
                "timestamp = 7",
                "object_key_main = 'x'",
                "height = 7",
                "tag = 9"
            })
    @DisplayName("case 55: a block with other content is found and its event named")
    void aBlockWithOtherContentIsFound(String change) throws Exception {
        CopyHarness copy = copied();
        copy.execute(
                "UPDATE block_metadata b SET "
                        + change
                        + " FROM block_events e"
                        + " WHERE e.event_sequence = 3 AND b.id = e.block_metadata_id");
        assertDifferent(copy, "event tag 3, sequence 3: ");
    }

    private static void assertDifferent(CopyHarness copy, String named) throws Exception {
        assertThat(compare(copy, Level.COUNT).matched()).isTrue();
        for (Level level : List.of(Level.HASH, Level.FULL)) {
            Tally tally = compare(copy, level);
            assertThat(tally.missing()).isZero();
            assertThat(tally.different()).isEqualTo(1);
            assertThat(tally.named()).singleElement().asString().startsWith(named);
        }
    }

    @Test
    @DisplayName("case 55: what is known to be lossy of skipped blocks is tolerated")
    void whatIsLossyOfSkippedBlocksIsTolerated() throws Exception {
        CopyHarness copy = copied();
        copy.execute(
                "UPDATE block_metadata SET hash = NULL, parent_hash = NULL, object_key_main = NULL,"
                        + " timestamp = 0 WHERE skipped");
        assertThat(compare(copy, Level.FULL).matched()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM canonical_blocks WHERE height = 102",
                "UPDATE canonical_blocks SET block_metadata_id = block_metadata_id + 1"
                        + " WHERE height = 102",
                "INSERT INTO canonical_blocks (height, tag, block_metadata_id)"
                        + " SELECT 102, 9, max(id) FROM block_metadata"
            })
    @DisplayName("case 55: a canonical row that does not follow from the events is found and named")
    void aWrongCanonicalRowIsFound(String change) {
        CopyHarness copy = copied();
        assertThat(ChainSelfCheck.differences(copy.target(), "compare", 5)).isEmpty();
        copy.execute(change);
        assertThat(ChainSelfCheck.differences(copy.target(), "compare", 5))
                .anyMatch(difference -> difference.contains("height 102"));
        assertThatThrownBy(copy::publish)
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("height 102");
    }
}
