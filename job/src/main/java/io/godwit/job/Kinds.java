package io.godwit.job;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.TenantClaim;
import io.godwit.model.MigrationException;
import io.godwit.spec.Kind;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The one place that tells the kinds of migration apart. */
public final class Kinds {

    private Kinds() {}

    /** A kind as specs and the ledger spell it. */
    public static String nameOf(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** Looks at both stores; writes to neither. */
    public static PlannedMigration plan(MigrationSpec spec, Past past) {
        return switch (spec.kind()) {
            case CHAIN -> new ChainPlan(spec, ChainPreflight.of(spec), past);
            case TENANT -> TenantMigration.of(spec, past);
        };
    }

    /**
     * The flow that runs after a cutover.
     *
     * @param spec asked for where there is one
     * @return empty for a kind without a way back
     */
    public static Optional<PlannedMigration> wayBack(
            MigrationRow row, Supplier<MigrationSpec> spec) {
        return switch (of(row)) {
            case CHAIN -> Optional.empty();
            case TENANT -> Optional.of(TenantReturn.of(spec.get()));
        };
    }

    /** What the migration must have for itself while it is active. */
    public static List<TenantClaim> claims(MigrationSpec spec) {
        return switch (spec.kind()) {
            case CHAIN -> List.of();
            case TENANT -> TenantMigration.claims(spec);
        };
    }

    /**
     * How a migration is aborted.
     *
     * @param spec asked for where the stores matter only
     */
    public static Ending ending(Ledger ledger, MigrationRow row, Supplier<MigrationSpec> spec) {
        return switch (of(row)) {
            case CHAIN -> Ending.NOTHING;
            case TENANT -> new TenantEnding(spec.get(), ledger, row);
        };
    }

    /**
     * Removes from the target what a source that was reset no longer has.
     *
     * @return per event tag the last sequence that was kept, for those that were shortened
     */
    public static Map<Integer, Long> rewind(MigrationSpec spec) throws SQLException {
        return switch (spec.kind()) {
            case CHAIN -> ChainRewind.run(spec);
            case TENANT ->
                    throw MigrationException.refused(
                            spec.name(),
                            "A store's positions never go back, so there is nothing to rewind;"
                                    + " --rewind is for kind chain");
        };
    }

    /**
     * The replication slot that its jobs read by.
     *
     * @param spec asked for where there may be one
     * @return empty for a migration that needs none
     */
    public static Optional<SlotStatus> slot(MigrationRow row, Supplier<MigrationSpec> spec) {
        return switch (of(row)) {
            case CHAIN -> Optional.empty();
            case TENANT -> SlotStatus.of(row, spec);
        };
    }

    /** How a log of a migration is called in its progress. */
    public static String logOf(MigrationRow row, int tag) {
        return switch (of(row)) {
            case CHAIN -> "event tag " + tag;
            case TENANT -> "positions";
        };
    }

    /** What the numbers of its progress count. */
    public static String unitOf(MigrationRow row) {
        return switch (of(row)) {
            case CHAIN -> "events";
            case TENANT -> "positions";
        };
    }

    /** What stands before such a number in a sentence. */
    public static String placeOf(MigrationRow row) {
        return switch (of(row)) {
            case CHAIN -> "";
            case TENANT -> "position ";
        };
    }

    private static Kind of(MigrationRow row) {
        return Kind.valueOf(row.kind().toUpperCase(Locale.ROOT));
    }
}
