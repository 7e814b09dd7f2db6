package io.godwit.connector.postgres;

import io.godwit.model.ChainEvent;
import io.godwit.model.MigrationException;
import java.util.Optional;

/** What the target's columns can hold, checked before a batch is written. */
final class ChainLimits {

    private final Optional<Integer> eventHash;
    private final Optional<Integer> blockHash;
    private final Optional<Integer> parentHash;
    private final Optional<Integer> objectKey;

    ChainLimits(ChainSchema schema) {
        this.eventHash = schema.limit(ChainSchema.EVENTS, "hash");
        this.blockHash = schema.limit(ChainSchema.BLOCKS, "hash");
        this.parentHash = schema.limit(ChainSchema.BLOCKS, "parent_hash");
        this.objectKey = schema.limit(ChainSchema.BLOCKS, "object_key_main");
    }

    void check(ChainEvent event) {
        check(event, "hash", event.hash(), eventHash);
        check(event, "hash", event.hash(), blockHash);
        check(event, "parent_hash", event.parentHash(), parentHash);
        check(event, "object_key_main", event.objectKeyMain(), objectKey);
    }

    private static void check(
            ChainEvent event, String column, String value, Optional<Integer> limit) {
        if (value.indexOf('\0') >= 0) {
            throw refuse(
                    event, column + " contains the character U+0000, which PostgreSQL refuses");
        }
        if (limit.isPresent() && value.codePointCount(0, value.length()) > limit.get()) {
            throw refuse(
                    event,
                    column
                            + " has "
                            + value.length()
                            + " characters, more than the "
                            + limit.get()
                            + " of the target's column: '"
                            + value
                            + "'");
        }
    }

    private static MigrationException refuse(ChainEvent event, String what) {
        return MigrationException.fatal(
                "event tag " + event.tag() + ", sequence " + event.sequence(),
                event.describe() + ": " + what + "; nothing of its batch was written");
    }
}
