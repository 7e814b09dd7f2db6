package io.godwit.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.godwit.connector.postgres.eventstore.LogicalFeeds;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.replication.SlotState;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.MigrationException;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.SpecException;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The replication slot of a migration with {@code tail: logical}, as its source shows it now.
 *
 * @param slot null unless there is one
 * @param why it is not known; "" where it is
 */
public record SlotStatus(State state, SlotState slot, String why) {

    /** What a slot is for its migration. */
    public enum State {
        /** A job reads it. */
        ACTIVE,
        /** Nobody reads it, and the source keeps what comes. */
        IDLE,
        /** The source has removed what it would need; the next start makes it anew. */
        LOST,
        /** There is none: before the start, after the end, and while the flow polls. */
        NONE,
        /** The source, or the secrets for it, are out of reach. */
        UNKNOWN
    }

    /**
     * @param spec asked for where the migration has such a tail
     * @return empty for one that polls
     */
    static Optional<SlotStatus> of(MigrationRow row, Supplier<MigrationSpec> spec) {
        if (!logical(row)) {
            return Optional.empty();
        }
        try {
            PostgresEventStoreSpec source = (PostgresEventStoreSpec) spec.get().source();
            return Optional.of(
                    LogicalFeeds.state(source, row.name())
                            .map(SlotStatus::of)
                            .orElse(new SlotStatus(State.NONE, null, "")));
        } catch (SpecException | MigrationException e) {
            return Optional.of(new SlotStatus(State.UNKNOWN, null, String.valueOf(e.getMessage())));
        }
    }

    private static SlotStatus of(SlotState slot) {
        if (!slot.usable()) {
            return new SlotStatus(State.LOST, slot, "");
        }
        return new SlotStatus(slot.active() ? State.ACTIVE : State.IDLE, slot, "");
    }

    /** Without the spec's secrets, which whoever asks for a status need not have. */
    private static boolean logical(MigrationRow row) {
        try {
            return new YAMLMapper()
                    .readTree(row.spec())
                    .path("tail")
                    .asText()
                    .equalsIgnoreCase("logical");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The spec of " + row.name() + " is no YAML", e);
        }
    }
}
