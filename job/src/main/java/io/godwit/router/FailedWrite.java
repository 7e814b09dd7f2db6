package io.godwit.router;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * An append that the source has and the target did not take.
 *
 * @param sourcePosition of its first event
 */
public record FailedWrite(
        Instant at, StreamId stream, List<UUID> eventIds, String error, long sourcePosition) {}
