package io.godwit.router;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * An event to append. The store gives it its version and position.
 *
 * @param eventId unique in the store; keep it when the same append is tried again
 * @param occurredAt stored in microseconds
 * @param actorId null if nobody is named
 * @param payload JSON text, handed through as it is
 */
public record NewEvent(
        UUID eventId, String eventType, Instant occurredAt, String actorId, String payload) {

    public NewEvent {
        Objects.requireNonNull(eventId, "eventId");
        Objects.requireNonNull(eventType, "eventType");
        Objects.requireNonNull(occurredAt, "occurredAt");
        Objects.requireNonNull(payload, "payload");
    }
}
