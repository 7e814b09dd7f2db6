package io.godwit.connector.postgres;

import io.godwit.model.BlockId;
import io.godwit.model.ChainEvent;
import io.godwit.model.ChainEventShape;
import io.godwit.model.MigrationException;
import java.util.ArrayList;
import java.util.List;

/**
 * A row of block_metadata: what the events of the source say it is, or what the table holds.
 *
 * <p>Of a skipped row: {@code hash}, {@code parentHash} and {@code objectKeyMain} are "" when a
 * true skipped block is behind it (the service reads them into plain strings) and null when only
 * orphans marked skipped point to it, as the service writes them (facts 2.2).
 *
 * @param consolidated the table's row was moved into a consolidated object, or is fenced for it:
 *     its placement is the service's business
 */
record BlockRow(
        BlockId identity,
        String hash,
        String parentHash,
        long parentHeight,
        String objectKeyMain,
        long timestamp,
        int objectFormat,
        long byteOffset,
        long byteLength,
        long uncompressedLength,
        boolean consolidated) {

    static BlockRow of(ChainEvent event) {
        boolean orphan = event.shape() == ChainEventShape.ORPHAN;
        return new BlockRow(
                event.blockId(),
                orphan ? null : event.hash(),
                orphan ? null : event.parentHash(),
                event.parentHeight(),
                orphan ? null : event.objectKeyMain(),
                event.timestamp(),
                event.objectFormat(),
                event.byteOffset(),
                event.byteLength(),
                event.uncompressedLength(),
                false);
    }

    /**
     * The row that two events of one block ask for. Only skipped rows can differ: a true skipped
     * block wins over orphans, a known time over an unknown one. Commutative.
     */
    BlockRow merge(BlockRow other) {
        if (!identity.skipped()) {
            if (identity.height() != other.identity.height()) {
                throw MigrationException.fatal(
                        identity.toString(),
                        "One hash at two heights, which the target cannot hold: "
                                + identity
                                + " and "
                                + other.identity
                                + "; nothing of the batch was written");
            }
            return this;
        }
        BlockRow named = hash == null ? other : this;
        return named.timestamp >= Math.max(timestamp, other.timestamp)
                ? named
                : named.withTimestamp(Math.max(timestamp, other.timestamp));
    }

    private BlockRow withTimestamp(long seconds) {
        return new BlockRow(
                identity,
                hash,
                parentHash,
                parentHeight,
                objectKeyMain,
                seconds,
                objectFormat,
                byteOffset,
                byteLength,
                uncompressedLength,
                consolidated);
    }

    /**
     * How the table's row differs from this one, column by column; empty when it is the same block.
     * A skipped row's parent hash and time are known to be lossy, and so is NULL against "".
     */
    List<String> differencesFrom(BlockRow actual) {
        List<String> differences = new ArrayList<>();
        if (identity.skipped()) {
            return differences;
        }
        differ(differences, "height", identity.height(), actual.identity.height());
        differ(differences, "parent_hash", parentHash, text(actual.parentHash));
        differ(differences, "parent_height", parentHeight, actual.parentHeight);
        differ(differences, "timestamp", timestamp, actual.timestamp);
        if (!actual.consolidated) {
            differ(differences, "object_key_main", objectKeyMain, text(actual.objectKeyMain));
        }
        return differences;
    }

    /** The table's skipped row lacks what this one knows: a true skipped block, or its time. */
    boolean improves(BlockRow actual) {
        return identity.skipped()
                && hash != null
                && (actual.hash == null
                        || actual.parentHash == null
                        || actual.objectKeyMain == null
                        || actual.timestamp < timestamp);
    }

    private static void differ(List<String> differences, String column, Object is, Object actual) {
        if (!is.equals(actual)) {
            differences.add(column + ": source '" + is + "', target '" + actual + "'");
        }
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }
}
