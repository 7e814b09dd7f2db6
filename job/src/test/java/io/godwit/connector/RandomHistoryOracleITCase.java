package io.godwit.connector;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.ChainTruncation;
import io.godwit.testkit.Block;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainModel;
import io.godwit.testkit.ChainStores;
import io.godwit.testkit.ChainTables;
import io.godwit.testkit.CopyHarness;
import io.godwit.testkit.CopyPlan;
import io.godwit.testkit.Event;
import io.godwit.testkit.RandomHistory;
import io.godwit.testkit.RewoundHistory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random histories, copied in random ways, against the model. The tables are not emptied between
 * histories, so that every copy has a source with foreign blocks, and with events of longer logs
 * above its watermark. Another base seed: {@code -Dgodwit.seed=N}.
 */
final class RandomHistoryOracleITCase {

    private static final long SEED = Long.getLong("godwit.seed", 20_250_919L);
    private static final int ONE_LOG = 140;
    private static final int TWO_LOGS = 50;
    private static final int REWINDS = 15;
    private static final List<Integer> EVENT_TAGS = List.of(0, 1, 3, 4);

    @RegisterExtension static final ChainStores STORES = new ChainStores();

    private final Map<List<Integer>, CopyHarness> copies =
            new TreeMap<>(Comparator.comparing(List::toString));
    private ChainTables tables;

    @BeforeEach
    void createTables() {
        tables = STORES.tables();
    }

    @Test
    void everyRandomHistoryArrivesAsTheModelSays() {
        for (long seed = SEED; seed < SEED + ONE_LOG; seed++) {
            Random random = new Random(seed);
            int eventTag = EVENT_TAGS.get(random.nextInt(EVENT_TAGS.size() - 1));
            verify(seed, random, RandomHistory.of(seed, options(seed, random, eventTag)));
        }
    }

    @Test
    void aDerivedEventTagArrivesBesideTheOneItWasDerivedFrom() {
        for (long seed = SEED; seed < SEED + TWO_LOGS; seed++) {
            Random random = new Random(seed ^ 0x64657269766564L);
            int eventTag = EVENT_TAGS.get(random.nextInt(EVENT_TAGS.size() - 1));
            RandomHistory.Options options = options(seed, random, eventTag);
            ChainHistory old = RandomHistory.of(seed, options);
            ChainHistory derived = old.derive(4, options.firstBlockTag() + options.blockTags());
            verify(seed, random, old, derived);
        }
    }

    @Test
    void aRewrittenLogArrivesAfterARewind() {
        for (long seed = SEED; seed < SEED + REWINDS; seed++) {
            Random random = new Random(seed ^ 0x726577696e64L);
            String story = "-Dgodwit.seed=" + seed;
            CopyPlan plan = CopyPlan.random(random);
            // A row of orphans keeps the "" that a true skipped block left there: not for the
            // model.
            var options = RandomHistory.Options.of(0, 60 + random.nextInt(80));
            ChainHistory history = RandomHistory.of(seed, options);
            CopyHarness copy = emptyCopy(history);
            copy.copy(plan);
            long keep = 1 + random.nextLong(history.lastSequence());
            ChainHistory rewritten = RewoundHistory.of(history, keep);
            rewritten.blocks(3).reorg(1).skipped(1).blocks(random.nextInt(40)).reorg(2);
            tables.putAll(rewritten);
            new ChainTruncation(copy.target(), copy.migration()).above(0, keep);
            copy.dropState();
            copy.copy(plan);
            copy.publish();
            assertThat(copy.rows())
                    .as("%s, %s, rewound to %s", story, plan, keep)
                    .isEqualTo(ChainModel.of(rewritten));
        }
    }

    private static RandomHistory.Options options(long seed, Random random, int eventTag) {
        return RandomHistory.Options.any(seed, eventTag, 60 + random.nextInt(80));
    }

    private void verify(long seed, Random random, ChainHistory... histories) {
        CopyPlan plan = CopyPlan.random(random);
        String story = "-Dgodwit.seed=" + seed + ", " + plan;
        try {
            CopyHarness copy = emptyCopy(histories);
            List<Event> events = new ArrayList<>();
            List<Block> blocks = new ArrayList<>();
            for (ChainHistory history : histories) {
                long last = history.lastSequence();
                if (random.nextInt(3) == 0) {
                    last = 1 + random.nextLong(last);
                    tables.setWatermark(history.eventTag(), last);
                    story += ", watermark " + last + " of tag " + history.eventTag();
                }
                events.addAll(history.events(1, last + 1));
                blocks.addAll(history.blocks());
            }
            story += copyInParts(copy, plan, random, histories[random.nextInt(histories.length)]);
            copy.publish();
            assertThat(copy.rows()).as(story).isEqualTo(ChainModel.of(events, blocks));
        } catch (RuntimeException e) {
            throw new AssertionError(story, e);
        }
    }

    private CopyHarness emptyCopy(ChainHistory... histories) {
        List<Integer> tags = Arrays.stream(histories).map(ChainHistory::eventTag).toList();
        for (ChainHistory history : histories) {
            tables.putAll(history);
        }
        CopyHarness copy = copies.computeIfAbsent(tags, t -> STORES.copyOf(tables, t));
        copy.execute("TRUNCATE block_metadata, canonical_blocks, block_events");
        copy.dropState();
        return copy;
    }

    /** What befalls a copy on its way; as words for a failure's message. */
    private static String copyInParts(
            CopyHarness copy, CopyPlan plan, Random random, ChainHistory history) {
        StringBuilder story = new StringBuilder();
        long last = copy.log().head(history.eventTag());
        if (random.nextInt(3) == 0) {
            long until = 1 + random.nextLong(last);
            copy.copy(history.eventTag(), 1, until, plan);
            copy.dropState();
            story.append(", state lost after [1, ").append(until).append(")");
        }
        copy.copy(plan);
        if (random.nextInt(4) == 0) {
            copy.dropState();
            copy.copy(CopyPlan.random(random));
            story.append(", all of it twice");
        }
        for (int again = random.nextInt(3); again > 0; again--) {
            long from = 1 + random.nextLong(last);
            long until = from + 1 + random.nextLong(last - from + 1);
            if (random.nextBoolean()) {
                copy.dropState();
            }
            copy.copy(history.eventTag(), from, until, CopyPlan.random(random));
            story.append(", [" + from + ", " + until + ") of tag " + history.eventTag() + " again");
        }
        return story.toString();
    }
}
