package io.godwit.control.tenant;

import io.godwit.control.tenant.EachTenant.Way;
import io.godwit.job.Kinds;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.TenantClaims;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * Brings tenants back to the store that they came from, with all that they have written since: the
 * same switch in the other direction (design, section 6.6).
 *
 * <ol>
 *   <li>Phase CUTOVER, with an audit entry: the intent.
 *   <li>The job is stopped. What it has not sent back yet, this process does, while the writers go
 *       on; so a rollback needs no Flink.
 *   <li>Each tenant is switched back. Until the first one is, every failure goes back to COMPLETED.
 *   <li>The rest of the snapshots, the subscriptions.
 *   <li>Phase DUAL_WRITE; the flow to the target runs again, and another cutover may follow.
 * </ol>
 *
 * A crash anywhere leaves the routes to say who is where, and the same command run again goes on.
 */
public final class TenantRollback {

    private final Turn turn;
    private final MigrationSpec spec;

    /**
     * @param turn whose next flow goes from the source to the target
     */
    public TenantRollback(Turn turn) {
        this.turn = turn;
        this.spec = turn.spec();
    }

    public void run() throws Exception {
        MigrationRow row = turn.row();
        TenantDirections directions = new TenantDirections(spec);
        SwitchDirection back = directions.back();
        if (row.phase() == Phase.DUAL_WRITE) {
            turn.say(spec.name() + " is DUAL_WRITE: its tenants are in the source");
            if (!turn.jobRuns()) {
                startFlowForward();
            }
            return;
        }
        if (row.phase() != Phase.COMPLETED && row.phase() != Phase.CUTOVER) {
            throw MigrationException.refused(
                    spec.name(),
                    spec.name()
                            + " is "
                            + row.phase()
                            + ": there is nothing to roll back; 'godwit abort' ends it");
        }
        if (row.phase() == Phase.COMPLETED) {
            new TenantClaims(turn.ledger()).reopen(row, Kinds.claims(spec), "rollback initiated");
            turn.audit("ROLLBACK_INITIATED", "tenants " + back.tenants());
        }
        Companions companions = new Companions(turn, back, OptionalLong.empty());
        try (Interop interop = Interop.open(turn)) {
            turn.stopJob();
            if (row.phase() == Phase.CUTOVER) {
                new EachTenant(
                                turn,
                                directions.forward(directions.placement()),
                                Way.FORWARD,
                                interop.mirror())
                        .complete();
            }
            prepare(back, companions);
            long end = new EachTenant(turn, back, Way.BACK, interop.mirror()).run(this::failed);
            companions.after(end);
            back.fence();
            turn.switches().flowEnded(row.id());
            startFlowForward();
            turn.switches()
                    .rolledBack(row.id(), "rolled back through position " + end + " of the target");
        }
    }

    private void prepare(SwitchDirection back, Companions companions) throws SQLException {
        if (!new Moved(back).none()) {
            return;
        }
        try {
            new TenantReadiness(back, 0, turn.patience()).awaitFences();
            CatchUp catchUp = new CatchUp(back);
            catchUp.run(turn.patience());
            // What has come during the first pass, which may have been long.
            long head = catchUp.run(turn.patience());
            turn.say("Everything up to position " + head + " of the target is in the source");
            companions.before(head);
        } catch (MigrationException e) {
            failed(e);
            throw e;
        }
    }

    private void failed(MigrationException e) throws SQLException {
        turn.audit("ROLLBACK_FAILED", String.valueOf(e.getMessage()));
        turn.advance(Phase.COMPLETED, "the tenants stay in the target");
    }

    private void startFlowForward() throws Exception {
        turn.next().start();
        turn.audit("FORWARD_FLOW_STARTED", "from the source to the target again");
    }
}
