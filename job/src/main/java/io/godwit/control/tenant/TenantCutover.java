package io.godwit.control.tenant;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.LogicalFeeds;
import io.godwit.connector.postgres.eventstore.OwnPositions;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.verify.StoreVerdict;
import io.godwit.control.CutoverGate;
import io.godwit.control.tenant.EachTenant.Way;
import io.godwit.job.EventsourceMirror;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * The cutover of tenants (design, section 6.5): everything that takes time is done before, while
 * the writers go on; then each tenant is switched in one transaction; then what is left is done,
 * while the writers go on in the target.
 *
 * <ol>
 *   <li>Ready: fences, old snapshots, the tail, verification, snapshots, subscriptions.
 *   <li>Phase CUTOVER, with an audit entry: the intent.
 *   <li>Each tenant is switched. Until the first one is, every failure goes back to DUAL_WRITE.
 *   <li>The job is stopped with a savepoint: what comes now, comes the other way.
 *   <li>The final verification, the rest of the snapshots, the subscriptions.
 *   <li>The flow back is started; phase COMPLETED.
 * </ol>
 *
 * The routes are the truth: a crash anywhere leaves them to say who has moved, and the same command
 * run again goes on forward.
 */
public final class TenantCutover {

    private final Turn turn;
    private final MigrationSpec spec;

    /**
     * @param turn whose next flow goes from the target back to the source
     */
    public TenantCutover(Turn turn) {
        this.turn = turn;
        this.spec = turn.spec();
    }

    public void run() throws Exception {
        Phase phase = turn.row().phase();
        boolean jobRuns = turn.jobRuns();
        CutoverGate.check(turn.row(), jobRuns);
        if (phase == Phase.COMPLETED) {
            turn.say(spec.name() + " is COMPLETED already");
            if (!jobRuns) {
                startFlowBack();
            }
            return;
        }
        TenantDirections directions = new TenantDirections(spec);
        Placement placement = directions.placement();
        SwitchDirection forward = directions.forward(placement);
        TenantVerification verification = new TenantVerification(turn, forward, placement);
        Companions companions = new Companions(turn, forward, placement.keptOffset());
        try (Interop interop = Interop.open(turn)) {
            if (phase == Phase.DUAL_WRITE) {
                prepare(forward, placement, verification, companions);
                turn.audit("CUTOVER_INITIATED", "tenants " + forward.tenants());
                turn.advance(Phase.CUTOVER, "cutover initiated");
            } else {
                new EachTenant(turn, directions.back(), Way.BACK, interop.mirror()).complete();
                prepareAgain(forward, placement);
            }
            EventsourceMirror mirror = interop.mirror();
            mirror.began();
            mirror.phase(Phase.DUAL_WRITE);
            mirror.phase(Phase.CUTOVER);
            long end =
                    new EachTenant(turn, forward, Way.FORWARD, mirror)
                            .run(e -> rolledBack(e, mirror));
            turn.stopJob();
            LogicalFeeds.drop(forward.from(), spec.name());
            turn.switches().flowEnded(turn.row().id());
            verifyAtTheEnd(forward, verification, end);
            companions.after(end);
            forward.fence();
            turn.audit("CUTOVER_COMPLETED", "through position " + end);
            startFlowBack();
            mirror.phase(Phase.COMPLETED);
            turn.advance(Phase.COMPLETED, "cut over through position " + end);
        }
    }

    private void prepare(
            SwitchDirection forward,
            Placement placement,
            TenantVerification verification,
            Companions companions)
            throws SQLException {
        TenantReadiness readiness =
                new TenantReadiness(forward, spec.tenant().cutoverMaxLagEvents(), turn.patience());
        readiness.awaitFences();
        long head = readiness.awaitFlow();
        turn.say("Everything up to position " + head + " is final and applied");
        if (spec.tenant().verifyConsistency()) {
            StoreVerdict verdict = verification.compareAll(head);
            if (!verdict.matched()) {
                throw MigrationException.fatal(
                        spec.name(),
                        "Source and target differ, so nothing is switched: "
                                + verdict
                                + ": "
                                + verdict.named()
                                + ". 'godwit verify SPEC --repair' mends what is named");
            }
            turn.say("Verified: " + verdict);
        }
        companions.before(head);
        prepareAgain(forward, placement);
    }

    /** Also after a crash: more may have been drawn since. */
    private void prepareAgain(SwitchDirection forward, Placement placement) throws SQLException {
        if (placement.mode() != Positions.KEEP) {
            return;
        }
        try (Connection from = forward.from().open(spec.name());
                Connection to = forward.to().open(spec.name())) {
            OwnPositions.prepare(
                    to,
                    forward.to().eventStore(),
                    placement,
                    OwnPositions.lastPosition(from, forward.from().eventStore()));
        }
    }

    private void rolledBack(MigrationException e, EventsourceMirror mirror) throws SQLException {
        turn.audit("CUTOVER_ROLLED_BACK", String.valueOf(e.getMessage()));
        turn.advance(Phase.DUAL_WRITE, "cutover rolled back: " + e.getMessage());
        mirror.cutoverRolledBack(e.getMessage());
    }

    /** The source is closed, so nothing moves any more. The switch stands, whatever it says. */
    private void verifyAtTheEnd(SwitchDirection forward, TenantVerification verification, long end)
            throws SQLException {
        if (!spec.tenant().verifyConsistency()) {
            return;
        }
        for (String tenant : forward.tenants()) {
            StoreVerdict verdict =
                    verification.compare(tenant, end, new Moved(forward).copied(tenant));
            if (!verdict.matched()) {
                throw MigrationException.fatal(
                        spec.name(),
                        "The tenants have moved, but the final verification of "
                                + tenant
                                + " does not match: "
                                + verdict
                                + ": "
                                + verdict.named()
                                + ". 'godwit verify SPEC --repair' mends what is named, 'godwit"
                                + " rollback' goes back; then run the cutover again");
            }
            turn.say("Verified tenant " + tenant + " through position " + end + ": " + verdict);
        }
    }

    private void startFlowBack() throws Exception {
        try {
            turn.next().start();
        } catch (SQLException e) {
            throw PostgresErrors.of("Starting the flow back", e);
        }
        turn.audit("REVERSE_FLOW_STARTED", "from the target back to the source");
    }
}
