package io.godwit.ledger;

import java.time.Instant;

/**
 * How far a migration was at a completed checkpoint.
 *
 * @param at by the ledger's clock
 * @param appliedThrough of all logs together
 * @param events that all writers have applied in their life
 */
record ProgressSample(Instant at, long appliedThrough, long events) {}
