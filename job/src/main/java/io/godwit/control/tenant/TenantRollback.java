package io.godwit.control.tenant;

import io.godwit.control.JobStop;
import io.godwit.control.RunningJob;
import io.godwit.job.Kinds;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.Switches;
import io.godwit.ledger.TenantClaims;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;

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

    private final Ledger ledger;
    private final LedgerDatabase database;
    private final MigrationSpec spec;
    private final NextFlow forward;
    private final Consumer<String> out;
    private final Duration patience;

    /**
     * @param forward starts the flow from the source to the target
     * @param patience longest wait for a transaction of a writer that stays open
     */
    public TenantRollback(
            Ledger ledger,
            LedgerDatabase database,
            MigrationSpec spec,
            NextFlow forward,
            Consumer<String> out,
            Duration patience) {
        this.ledger = ledger;
        this.database = database;
        this.spec = spec;
        this.forward = forward;
        this.out = out;
        this.patience = patience;
    }

    /**
     * @param savepointDirectory null for the cluster's own
     */
    public void run(String savepointDirectory) throws Exception {
        MigrationRow row = ledger.find(spec.name()).orElseThrow();
        SwitchDirection back = new TenantDirections(spec).back();
        if (row.phase() == Phase.DUAL_WRITE) {
            out.accept(spec.name() + " is DUAL_WRITE: its tenants are in the source");
            if (!RunningJob.of(ledger, spec.name())) {
                start(row);
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
            new TenantClaims(ledger).reopen(row, Kinds.claims(spec), "rollback initiated");
            ledger.audit(row.id(), "ROLLBACK_INITIATED", "tenants " + back.tenants());
        }
        Companions companions =
                new Companions(ledger, row.id(), spec, back, OptionalLong.empty(), out);
        try (Interop interop = Interop.open(database, row, spec, patience)) {
            stopJob(row, savepointDirectory);
            prepare(row, back, companions);
            long end = switchAll(row, back, interop);
            companions.after(end);
            back.fence();
            new Switches(ledger).flowEnded(row.id());
            start(row);
            new Switches(ledger)
                    .rolledBack(row.id(), "rolled back through position " + end + " of the target");
        }
    }

    private void prepare(MigrationRow row, SwitchDirection back, Companions companions)
            throws SQLException {
        if (!new Moved(back).none()) {
            return;
        }
        try {
            new TenantReadiness(back, 0, patience).awaitFences();
            CatchUp catchUp = new CatchUp(back);
            catchUp.run(patience);
            // What has come during the first pass, which may have been long.
            long head = catchUp.run(patience);
            out.accept("Everything up to position " + head + " of the target is in the source");
            companions.before(head);
        } catch (MigrationException e) {
            failed(row, e);
            throw e;
        }
    }

    private long switchAll(MigrationRow row, SwitchDirection back, Interop interop)
            throws SQLException {
        TenantSwitcher switcher = new TenantSwitcher(back);
        for (String tenant : back.tenants()) {
            try {
                SwitchReport report = switcher.run(tenant);
                if (report.attempts() > 0) {
                    new Switches(ledger).add(row.id(), report.entry(back.to().storeId()));
                }
                ledger.audit(row.id(), "TENANT_SWITCHED_BACK", report.toString());
                interop.mirror().rolledBack(tenant, report.toString());
                out.accept("Switched back: " + report);
            } catch (MigrationException e) {
                if (new Moved(back).none()) {
                    failed(row, e);
                }
                throw e;
            }
        }
        return new Moved(back).lastPosition();
    }

    private void failed(MigrationRow row, MigrationException e) throws SQLException {
        ledger.audit(row.id(), "ROLLBACK_FAILED", String.valueOf(e.getMessage()));
        ledger.advance(row.id(), Phase.COMPLETED, "the tenants stay in the target");
    }

    private void stopJob(MigrationRow row, String savepointDirectory) throws SQLException {
        if (RunningJob.of(ledger, spec.name())) {
            out.accept("The job is stopped: " + new JobStop(ledger, row).end(savepointDirectory));
        }
    }

    private void start(MigrationRow row) throws Exception {
        forward.start();
        ledger.audit(row.id(), "FORWARD_FLOW_STARTED", "from the source to the target again");
    }
}
