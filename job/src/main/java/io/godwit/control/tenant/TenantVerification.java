package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.verify.Correspondence;
import io.godwit.connector.postgres.eventstore.verify.StoreComparison;
import io.godwit.connector.postgres.eventstore.verify.StoreVerdict;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.MigrationRow;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.VerificationLevel;
import java.sql.SQLException;
import java.util.List;

/** Compares the two stores of a migration, and records what was found. */
final class TenantVerification {

    private final MigrationSpec spec;
    private final TenantDirections directions;
    private final Correspondence how;

    /**
     * @param placement where the rows lie in the target, as of before the switch
     */
    TenantVerification(MigrationSpec spec, TenantDirections directions, Placement placement) {
        this.spec = spec;
        this.directions = directions;
        this.how =
                placement.mode() == Positions.KEEP
                        ? Correspondence.kept(placement.offset())
                        : Correspondence.appended();
    }

    private StoreComparison of(List<String> tenants) {
        return new StoreComparison(
                (PostgresEventStoreSpec) spec.source(),
                (PostgresEventStoreSpec) spec.target(),
                tenants,
                directions.columns(),
                how,
                spec.name());
    }

    /** Of all tenants, while the target is closed to them. */
    StoreVerdict compare(VerificationLevel level, long through) {
        return of(spec.tenant().tenants()).compare(level, through);
    }

    /**
     * Of one, once the target takes its appends.
     *
     * @param copied the target's last position from before that
     */
    StoreVerdict compare(VerificationLevel level, String tenant, long through, long copied) {
        return of(List.of(tenant)).compare(level, through, copied);
    }

    void record(Ledger ledger, MigrationRow row, StoreVerdict verdict) throws SQLException {
        ledger.verified(
                row.id(),
                verdict.level().name(),
                verdict.matched(),
                verdict.compared(),
                verdict.missing() + verdict.extra() + verdict.different(),
                verdict.matched() ? verdict.toString() : verdict + ": " + verdict.named());
    }
}
