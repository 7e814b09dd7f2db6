package io.godwit.router;

import java.util.UUID;

/**
 * The store has an event of this id: of an earlier try, or of another append. Nothing was stored.
 */
public final class DuplicateEventException extends EventStoreException {

    private final UUID eventId;

    DuplicateEventException(UUID eventId) {
        super(
                "Event %s is stored already; a repeated append is done, a new event needs a new id"
                        .formatted(eventId));
        this.eventId = eventId;
    }

    public UUID eventId() {
        return eventId;
    }
}
