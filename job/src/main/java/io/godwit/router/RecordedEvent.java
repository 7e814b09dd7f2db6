package io.godwit.router;

import java.time.Instant;
import java.util.UUID;

/**
 * An event as a store holds it.
 *
 * @param position the store's own global order; says nothing in another store
 * @param version the place in the stream, from 1
 * @param stream with the tenant that the row names, or null
 * @param payload JSON text as PostgreSQL renders jsonb
 */
public record RecordedEvent(
        long position,
        UUID eventId,
        StreamId stream,
        long version,
        String eventType,
        Instant occurredAt,
        Instant createdAt,
        String actorId,
        String payload) {}
