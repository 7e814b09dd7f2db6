package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.testkit.CanonicalWatch;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.ChainRows.Place;
import io.godwit.testkit.ChainRows.Placement;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import io.godwit.testkit.WriteFaults;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is there already: replays, second runs, rows of a live service, rows of someone else. */
final class ChainReplayCasesITCase {

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    private static ChainHistory chain() {
        return ChainHistory.startingAt(0, 1, 100)
                .blocks(10)
                .skipped(1)
                .blocks(4)
                .reorg(8)
                .blocks(9);
    }

    private static void addLaterColumns(CopyHarness copy) throws IOException {
        String file = "/sql/chainstorage-later-columns.sql";
        try (InputStream sql = ChainReplayCasesITCase.class.getResourceAsStream(file)) {
            copy.execute(new String(sql.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    @Test
    @DisplayName("case 32: an event is never written without its block")
    void anEventIsNeverWrittenWithoutItsBlock() {
        CopyHarness copy = STORES.copyOf(chain());
        copy.execute(
                """
                CREATE FUNCTION drop_row() RETURNS trigger LANGUAGE plpgsql AS
                    'BEGIN RETURN NULL; END';
                CREATE TRIGGER drop_row BEFORE INSERT ON block_metadata FOR EACH ROW
                    WHEN (NEW.height = 103) EXECUTE FUNCTION drop_row();
                """);
        assertThatThrownBy(() -> copy.copy(CopyPlan.whole()))
                .isInstanceOf(MigrationException.class);
        assertThat(copy.rows().events()).isEmpty();
    }

    @Test
    @DisplayName("case 48: a second run leaves the place of consolidated and fenced blocks alone")
    void aSecondRunLeavesConsolidatedBlocksAlone() throws IOException {
        ChainHistory history = chain();
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        addLaterColumns(copy);
        copy.execute(
                "UPDATE block_metadata SET object_format = 1, byte_offset = 10 * height,"
                        + " byte_length = 10, uncompressed_length = 40, object_key_main = 'batch-1',"
                        + " single_block_retention_fenced_at = CASE WHEN height > 103 THEN now() END"
                        + " WHERE height BETWEEN 102 AND 106 AND NOT skipped");
        ChainRows before = copy.rows();
        for (boolean stateLost : new boolean[] {false, true}) {
            if (stateLost) {
                copy.dropState();
            }
            assertThat(copy.copy(CopyPlan.whole().ranges(6).batches(5)))
                    .isEqualTo(new ApplyResult(0, history.lastSequence(), 0));
            assertThat(copy.rows()).isEqualTo(before);
        }
    }

    @Test
    @DisplayName(
            "case 48: in a schema with the later columns, new blocks have objects of their own")
    void inASchemaWithTheLaterColumnsNewBlocksHaveObjectsOfTheirOwn() throws IOException {
        ChainHistory history = chain();
        CopyHarness copy = STORES.copyOf(history);
        addLaterColumns(copy);
        copy.copy(CopyPlan.whole().batches(7));
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
        assertThat(copy.rows().blocks().values())
                .allMatch(block -> block.placement().equals(Placement.OWN_OBJECT));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 1000})
    @DisplayName("case 50: batches delivered twice, and a second run, change nothing for a moment")
    void batchesDeliveredTwiceChangeNothingForAMoment(int batch) {
        ChainHistory history = chain();
        CopyHarness copy = STORES.copyOf(history);
        CopyPlan plan = CopyPlan.whole().ranges(6).batches(batch).delivered(2);
        try (CanonicalWatch watch = new CanonicalWatch(copy.database())) {
            long all = history.lastSequence();
            assertThat(copy.copy(plan)).isEqualTo(new ApplyResult(all, all, 0));
            ChainRows once = copy.rows();
            for (long seed = 0; seed < 3; seed++) {
                copy.dropState();
                assertThat(copy.copy(plan.shuffled(seed)))
                        .isEqualTo(new ApplyResult(0, 2 * all, 0));
                assertThat(copy.rows()).isEqualTo(once);
            }
            watch.end();
        }
        copy.publish();
        assertThat(copy.rows()).isEqualTo(ChainModel.of(history));
    }

    @Test
    @DisplayName(
            "case 50b: an old range that ends inside an orphaned branch leaves canonical alone")
    void anOldRangeThatEndsInAnOrphanedBranchLeavesCanonicalAlone() {
        ChainHistory history = chain();
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        copy.publish();
        ChainRows before = copy.rows();
        try (CanonicalWatch watch = new CanonicalWatch(copy.database())) {
            for (long until = 2; until <= history.nextSequence(); until++) {
                if (until % 2 == 0) {
                    copy.dropState();
                }
                copy.copy(0, Math.max(1, until - 7), until, CopyPlan.whole().batches(3));
                assertThat(copy.rows()).as("until %s", until).isEqualTo(before);
            }
            watch.end();
        }
    }

    @Test
    @DisplayName("case 51: after publishing, the service inserts blocks without a collision")
    void afterPublishingTheServiceInsertsBlocks() {
        ChainHistory history = chain();
        CopyHarness copy = STORES.copyOf(history);
        copy.copy(CopyPlan.whole());
        // A row with an id that never came from the sequence.
        copy.execute(
                "INSERT INTO block_metadata (id, height, tag, hash, timestamp)"
                        + " VALUES (5000, 7, 9, 'foreign', 0)");
        copy.publish();
        String id =
                copy.query(
                        "INSERT INTO block_metadata (height, tag, hash, parent_hash, parent_height,"
                                + " object_key_main, timestamp, skipped) VALUES (116, 1, '116s',"
                                + " '115s', 115, 'key', 7, false) ON CONFLICT (tag, hash) WHERE hash"
                                + " IS NOT NULL AND NOT skipped DO UPDATE SET skipped = false"
                                + " RETURNING id");
        assertThat(Long.parseLong(id)).isGreaterThan(5000);
        copy.execute(
                "INSERT INTO canonical_blocks (height, block_metadata_id, tag, is_watermark) VALUES"
                        + " (116, "
                        + id
                        + ", 1, true) ON CONFLICT (height, tag) DO UPDATE SET"
                        + " block_metadata_id = EXCLUDED.block_metadata_id");
        assertThat(copy.rows().canonical()).containsEntry(new Place(1, 116), "1/116s");
    }

    @Test
    @DisplayName("case 51: a block that the service wrote first is used, not doubled")
    void aBlockThatTheServiceWroteFirstIsUsed() {
        ChainHistory history = chain();
        CopyHarness copy = STORES.copyOf(history);
        CopyHarness other = STORES.copyOf(copy.tables(), java.util.List.of(0));
        copy.copy(CopyPlan.whole());
        copy.execute("TRUNCATE block_events");
        assertThat(copy.copy(CopyPlan.whole().batches(5)).written())
                .isEqualTo(history.lastSequence());
        other.copy(CopyPlan.whole());
        assertThat(copy.rows()).isEqualTo(other.rows());
    }

    @Test
    @DisplayName("case 54: the number of statements does not grow with the batch")
    void theNumberOfStatementsDoesNotGrowWithTheBatch() {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(1500);
        CopyHarness copy = STORES.copyOf(history);
        WriteFaults writes = new WriteFaults(copy);
        copy.copy(0, 1, 101, CopyPlan.whole());
        long ofHundred = writes.count();
        writes.restart();
        copy.copy(0, 101, 1501, CopyPlan.whole());
        assertThat(writes.count()).isEqualTo(ofHundred).isBetween(3L, 10L);
        writes.restart();
        copy.dropState();
        copy.copy(CopyPlan.whole());
        assertThat(writes.count()).isLessThan(2 * ofHundred);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE block_events SET event_type = 'BLOCK_REMOVED' WHERE event_sequence = 4",
                "UPDATE block_events SET height = 7 WHERE event_sequence = 4",
                "UPDATE block_events SET hash = 'x' WHERE event_sequence = 4",
                "UPDATE block_events SET block_metadata_id = block_metadata_id + 1"
                        + " WHERE event_sequence = 4"
            })
    @DisplayName("an event that is there with other content is named and stays")
    void anEventWithOtherContentIsNamed(String change) {
        refuses(change, "event tag 0, sequence 4");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "height = 7",
                "parent_hash = 'x'",
                "parent_hash = NULL",
                "parent_height = 7",
                "timestamp = 7",
                "object_key_main = 'x'"
            })
    @DisplayName("a block that is there with other content is named and stays")
    void aBlockWithOtherContentIsNamed(String change) {
        refuses(
                "UPDATE block_metadata SET " + change + " WHERE height = 103 AND id < 6",
                "tag 1, height 103");
    }

    private static void refuses(String change, String named) {
        CopyHarness copy = STORES.copyOf(chain());
        copy.copy(0, 1, 8, CopyPlan.whole());
        copy.execute(change);
        ChainRows before = copy.rows();
        for (boolean stateLost : new boolean[] {false, true}) {
            if (stateLost) {
                copy.dropState();
            }
            assertThatThrownBy(() -> copy.copy(CopyPlan.whole()))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining(named)
                    .hasMessageContaining("Nothing of the batch was written");
            assertThat(copy.rows()).isEqualTo(before);
        }
    }
}
