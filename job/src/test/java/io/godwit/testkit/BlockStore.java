package io.godwit.testkit;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The blocks of a history, by the key under which the service stores them. */
final class BlockStore {

    private final Map<String, Block> blocks = new LinkedHashMap<>();
    private final Map<String, Block> canonical = new LinkedHashMap<>();

    void put(Block block) {
        Block known = blocks.put(key(block.tag(), block.height(), block.rid()), block);
        if (known != null && !known.equals(block)) {
            throw new IllegalStateException("One key, two blocks: " + known + " and " + block);
        }
    }

    void putCanonical(Block block) {
        put(block);
        canonical.put(key(block.tag(), block.height(), "canonical"), block);
    }

    Optional<Block> of(Event event) {
        String rid = event.hash().isEmpty() ? "null" : event.hash();
        Block block = blocks.get(key(event.effectiveBlockTag(), event.height(), rid));
        return Optional.ofNullable(
                block != null ? block : blocks.get(key(event.blockTag(), event.height(), rid)));
    }

    Collection<Block> all() {
        return List.copyOf(blocks.values());
    }

    Collection<Block> canonicalCopies() {
        return List.copyOf(canonical.values());
    }

    private static String key(int tag, long height, String rid) {
        return tag + "/" + height + "/" + rid;
    }
}
