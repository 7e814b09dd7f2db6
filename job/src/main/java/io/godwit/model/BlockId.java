package io.godwit.model;

import java.io.Serializable;

/**
 * What makes a block row unique in chainstorage's PostgreSQL schema: (tag, hash) for a regular
 * block, (tag, height) for a skipped one.
 *
 * @param hash the block hash; "" for a skipped row
 */
public record BlockId(int tag, long height, String hash, boolean skipped) implements Serializable {

    @Override
    public String toString() {
        return skipped
                ? "skipped block (tag " + tag + ", height " + height + ")"
                : "block (tag " + tag + ", height " + height + ", hash " + hash + ")";
    }
}
