package io.godwit.sink;

import java.io.Serializable;
import java.time.Duration;

/**
 * When a writer flushes, besides on every checkpoint.
 *
 * @param batchSize events at most in one transaction
 * @param bulkLinger longest wait for a full batch while copying
 * @param liveLinger longest wait in the tail: short, because someone is waiting for the event
 */
public record SinkOptions(int batchSize, Duration bulkLinger, Duration liveLinger)
        implements Serializable {}
