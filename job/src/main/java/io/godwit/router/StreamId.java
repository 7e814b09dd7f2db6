package io.godwit.router;

import java.util.Objects;
import java.util.UUID;

/**
 * Names one stream, and whose it is. The tenant only says which store is asked: within a store a
 * stream is its aggregate's id and type, as in eventsource-py.
 *
 * @param tenantId null for streams of nobody, which never move
 */
public record StreamId(UUID tenantId, UUID aggregateId, String aggregateType) {

    public StreamId {
        Objects.requireNonNull(aggregateId, "aggregateId");
        Objects.requireNonNull(aggregateType, "aggregateType");
    }

    /** As eventsource-py writes it: {@code <uuid>:<type>}. */
    @Override
    public String toString() {
        return aggregateId + ":" + aggregateType;
    }
}
