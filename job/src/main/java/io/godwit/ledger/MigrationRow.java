package io.godwit.ledger;

import io.godwit.model.Phase;
import java.time.Instant;

/**
 * A migration as the ledger holds it.
 *
 * @param jobId null before the first job
 * @param flinkUrl the REST address of the cluster that runs it; null when it is not known
 * @param checkpoints the job's checkpoint directory; null when it is not known
 * @param savepoint where pause or cutover left the job's state; null while it runs
 * @param reason why it was aborted or failed; null otherwise
 */
public record MigrationRow(
        long id,
        String name,
        String kind,
        Phase phase,
        String spec,
        boolean continuous,
        String jobId,
        String flinkUrl,
        String checkpoints,
        String savepoint,
        String reason,
        Instant createdAt,
        Instant updatedAt) {}
