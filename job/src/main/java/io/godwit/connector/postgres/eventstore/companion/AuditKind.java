package io.godwit.connector.postgres.eventstore.companion;

import java.util.Locale;

/** What eventsource-py's audit log takes: the CHECK of its table refuses any other kind. */
public enum AuditKind {
    MIGRATION_STARTED,
    PHASE_CHANGED,
    MIGRATION_PAUSED,
    MIGRATION_RESUMED,
    MIGRATION_ABORTED,
    MIGRATION_COMPLETED,
    MIGRATION_FAILED,
    ERROR_OCCURRED,
    CUTOVER_INITIATED,
    CUTOVER_COMPLETED,
    CUTOVER_ROLLED_BACK,
    VERIFICATION_STARTED,
    VERIFICATION_COMPLETED,
    VERIFICATION_FAILED,
    PROGRESS_CHECKPOINT;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
