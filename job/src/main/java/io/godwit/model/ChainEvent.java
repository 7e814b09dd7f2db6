package io.godwit.model;

import java.io.Serializable;
import java.util.Objects;

/**
 * One event of a chainstorage log together with the block it speaks of. Flat and public, so that
 * Flink serialises it as a POJO. Strings are never null: a source's NULL, "" and absent attribute
 * all read as "".
 *
 * @param tag event tag: the version of the event stream
 * @param sequence position in that stream, from 1 without holes
 * @param blockTag version of the ingested block data; independent of the event tag
 * @param hash the event's block hash, "" for a true skipped block
 * @param parentHash the block's parent hash, "" where unknown
 * @param skipped true for a skipped slot, and for an orphan that a later event tag marked so
 * @param parentHeight height of the parent; 0 for genesis and where the chain does not say
 * @param objectKeyMain object key of the block's data, "" for a skipped block
 * @param timestamp block time in Unix seconds, 0 when unknown
 * @param objectFormat 0 for a single-block object, 1 for a consolidated one
 * @param byteOffset placement inside a consolidated object, in bytes; as are the next two
 * @param live true when the tail read it
 */
public record ChainEvent(
        int tag,
        long sequence,
        BlockEventType type,
        int blockTag,
        long height,
        String hash,
        String parentHash,
        boolean skipped,
        long parentHeight,
        String objectKeyMain,
        long timestamp,
        int objectFormat,
        long byteOffset,
        long byteLength,
        long uncompressedLength,
        boolean live)
        implements LogEvent, Serializable {

    public ChainEvent {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(hash, "hash");
        Objects.requireNonNull(parentHash, "parentHash");
        Objects.requireNonNull(objectKeyMain, "objectKeyMain");
    }

    /** Which of chainstorage's three shapes of event this is. */
    public ChainEventShape shape() {
        if (!skipped) {
            return ChainEventShape.REGULAR;
        }
        return hash.isEmpty() ? ChainEventShape.SKIPPED : ChainEventShape.ORPHAN;
    }

    /** The identity of the block row this event points to. */
    public BlockId blockId() {
        return new BlockId(blockTag, height, skipped ? "" : hash, skipped);
    }

    /** For messages: enough to find the event in both stores. */
    public String describe() {
        return type
                + " "
                + sequence
                + " (event tag "
                + tag
                + ", block tag "
                + blockTag
                + ", height "
                + height
                + ", hash '"
                + hash
                + "'"
                + (skipped ? ", skipped)" : ")");
    }
}
