package io.godwit.job;

import io.godwit.ledger.LedgerDatabase;
import java.io.Serializable;

/**
 * One migration's place in the ledger, as the running job needs it.
 *
 * @param migrationId key of the migration's row
 */
public record Run(LedgerDatabase ledger, long migrationId, String name) implements Serializable {}
