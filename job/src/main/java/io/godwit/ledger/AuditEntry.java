package io.godwit.ledger;

import java.time.Instant;

/** One line of the audit: who did what, when. */
public record AuditEntry(Instant at, String action, String actor, String detail) {}
