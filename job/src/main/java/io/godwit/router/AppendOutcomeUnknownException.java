package io.godwit.router;

import java.util.List;
import java.util.UUID;

/**
 * The answer to a COMMIT was lost and the store could not be asked in time. The events are stored
 * all or not at all. Append the same events, with the same ids, again: {@link
 * DuplicateEventException} says that they were stored.
 */
public final class AppendOutcomeUnknownException extends EventStoreException {

    private final List<UUID> eventIds;

    AppendOutcomeUnknownException(String storeId, List<UUID> eventIds, Throwable cause) {
        super(
                ("Store %s did not answer to COMMIT and could not be asked since; append the same"
                                + " events again when it answers, ids %s")
                        .formatted(storeId, eventIds),
                cause);
        this.eventIds = List.copyOf(eventIds);
    }

    public List<UUID> eventIds() {
        return eventIds;
    }
}
