package io.godwit.connector.postgres;

import io.godwit.connector.postgres.CanonicalTable.Height;
import io.godwit.model.BlockId;
import io.godwit.model.ChainEvent;
import io.godwit.model.RankedEvent;
import io.godwit.model.Standing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A batch seen as rows: each event once, each block once, and the heights that must be decided.
 *
 * @param events in the order they came
 * @param blocks by {@link BlockTable#keyOf}
 * @param surelyNew blocks of events that were the first at their height, as far as the stream knows
 */
record ChainBatch(
        List<ChainEvent> events,
        Map<BlockId, BlockRow> blocks,
        Set<BlockId> surelyNew,
        Set<Height> heights) {

    static ChainBatch of(List<RankedEvent> batch) {
        List<ChainEvent> events = new ArrayList<>(batch.size());
        Map<BlockId, BlockRow> blocks = new LinkedHashMap<>();
        Set<BlockId> surelyNew = new LinkedHashSet<>();
        Set<Height> heights = new LinkedHashSet<>();
        Set<EventTable.Key> seen = new LinkedHashSet<>();
        for (RankedEvent ranked : batch) {
            ChainEvent event = ranked.event();
            if (!seen.add(EventTable.Key.of(event))) {
                continue;
            }
            events.add(event);
            BlockId key = BlockTable.keyOf(event.blockId());
            blocks.merge(key, BlockRow.of(event), BlockRow::merge);
            if (ranked.standing() == Standing.FIRST) {
                surelyNew.add(key);
            }
            if (ranked.decides()) {
                heights.add(new Height(event.blockTag(), event.height()));
            }
        }
        return new ChainBatch(events, blocks, surelyNew, heights);
    }

    /** Every height an event of the batch could decide, whatever the stream knows of it. */
    static Set<Height> allHeights(List<ChainEvent> events) {
        Set<Height> heights = new LinkedHashSet<>();
        events.forEach(e -> heights.add(new Height(e.blockTag(), e.height())));
        return heights;
    }
}
