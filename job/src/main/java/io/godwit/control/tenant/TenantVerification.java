package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.verify.Correspondence;
import io.godwit.connector.postgres.eventstore.verify.StoreComparison;
import io.godwit.connector.postgres.eventstore.verify.StoreVerdict;
import io.godwit.spec.VerificationLevel;
import java.sql.SQLException;
import java.util.List;

/** Compares the two stores of a cutover, and records what was found. */
final class TenantVerification {

    private final Turn turn;
    private final SwitchDirection forward;
    private final Correspondence how;
    private final VerificationLevel level;

    /**
     * @param placement where the rows lie in the target, as of before the switch
     */
    TenantVerification(Turn turn, SwitchDirection forward, Placement placement) {
        this.turn = turn;
        this.forward = forward;
        this.how = Correspondence.of(placement);
        this.level = turn.spec().tenant().verificationLevel();
    }

    private StoreComparison of(List<String> tenants) {
        return new StoreComparison(
                forward.from(), forward.to(), tenants, forward.columns(), how, forward.migration());
    }

    /** Of all tenants, while the target is closed to them. */
    StoreVerdict compareAll(long through) throws SQLException {
        return recorded(of(forward.tenants()).compare(level, through));
    }

    /**
     * Of one, once the target takes its appends.
     *
     * @param copied the target's last position from before that
     */
    StoreVerdict compare(String tenant, long through, long copied) throws SQLException {
        return recorded(of(List.of(tenant)).compare(level, through, copied));
    }

    private StoreVerdict recorded(StoreVerdict verdict) throws SQLException {
        turn.ledger()
                .verified(
                        turn.row().id(),
                        verdict.level().name(),
                        verdict.matched(),
                        verdict.compared(),
                        verdict.missing() + verdict.extra() + verdict.different(),
                        verdict.matched() ? verdict.toString() : verdict + ": " + verdict.named());
        return verdict;
    }
}
