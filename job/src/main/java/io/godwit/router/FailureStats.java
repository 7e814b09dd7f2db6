package io.godwit.router;

import java.time.Instant;

/**
 * All failures since the start or the last clearing; they are counted on when the history is full.
 *
 * @param firstFailureAt null if there was none; later successes do not move it
 * @param streamsAffected distinct streams in the history that is kept
 */
public record FailureStats(
        long totalFailures,
        long totalEventsFailed,
        Instant firstFailureAt,
        Instant lastFailureAt,
        int streamsAffected) {}
