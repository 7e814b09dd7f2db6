package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;

/**
 * A row of eventsource-py's tenant_migrations.
 *
 * @param createdBy null if nobody said
 */
record TenantMigration(
        UUID id, UUID tenant, String source, String target, Phase phase, String createdBy) {

    static final String COLUMNS =
            "id, tenant_id, source_store_id, target_store_id, phase, created_by";

    static TenantMigration of(ResultSet row) throws SQLException {
        return new TenantMigration(
                row.getObject(1, UUID.class),
                row.getObject(2, UUID.class),
                row.getString(3),
                row.getString(4),
                Phase.valueOf(row.getString(5).toUpperCase(Locale.ROOT)),
                row.getString(6));
    }

    static String word(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }

    /** Its state machine, where every phase that is no end may end in an abort or a failure. */
    static Set<Phase> next(Phase phase) {
        return switch (phase) {
            case PENDING -> EnumSet.of(Phase.BULK_COPY, Phase.ABORTED, Phase.FAILED);
            case BULK_COPY -> EnumSet.of(Phase.DUAL_WRITE, Phase.ABORTED, Phase.FAILED);
            case DUAL_WRITE -> EnumSet.of(Phase.CUTOVER, Phase.ABORTED, Phase.FAILED);
            case CUTOVER ->
                    EnumSet.of(Phase.COMPLETED, Phase.DUAL_WRITE, Phase.ABORTED, Phase.FAILED);
            case COMPLETED, ABORTED, FAILED -> EnumSet.noneOf(Phase.class);
        };
    }

    void requireNext(Phase to) {
        if (!next(phase).contains(to)) {
            throw refused("cannot go from " + word(phase) + " to " + word(to));
        }
    }

    MigrationException refused(String what) {
        return MigrationException.refused(
                id.toString(),
                "Migration "
                        + id
                        + " of tenant "
                        + tenant
                        + " (eventsource-py's tenant_migrations) "
                        + what
                        + ". Find out who changed the row, and bring it to where Godwit's own"
                        + " migration is");
    }
}
