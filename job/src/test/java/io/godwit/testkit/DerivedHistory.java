package io.godwit.testkit;

import java.util.HashMap;
import java.util.Map;

/**
 * How the service derives a new event tag from an old one: an event whose block is canonical in the
 * new block tag moves there; any other keeps its old block tag and is marked skipped.
 */
final class DerivedHistory {

    private DerivedHistory() {}

    static ChainHistory of(ChainHistory old, int eventTag, int blockTag) {
        Map<Long, String> canonical = new HashMap<>();
        old.chain().forEach(event -> canonical.put(event.height(), event.hash()));
        long start = old.events().isEmpty() ? 0 : old.events().get(0).height();
        ChainHistory derived = ChainHistory.startingAt(eventTag, blockTag, start);
        for (Event event : old.events()) {
            Block block = old.block(event).orElseThrow();
            if (event.hash().equals(canonical.get(event.height()))) {
                boolean skipped = event.trulySkipped();
                derived.replay(
                        event.under(eventTag, blockTag, skipped), moved(block, blockTag), true);
            } else {
                derived.replay(event.under(eventTag, event.blockTag(), true), block, false);
            }
        }
        return derived.branch("derived-" + eventTag);
    }

    private static Block moved(Block block, int tag) {
        return block.skipped()
                ? Block.skipped(tag, block.height(), block.timestamp())
                : Block.regular(
                        tag,
                        block.height(),
                        block.hash(),
                        block.parentHash(),
                        block.parentHeight(),
                        block.timestamp());
    }
}
