package io.godwit.control.tenant;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.LogicalFeeds;
import io.godwit.connector.postgres.eventstore.OwnPositions;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.verify.StoreVerdict;
import io.godwit.control.CutoverGate;
import io.godwit.control.JobStop;
import io.godwit.control.RunningJob;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.Switches;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;

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

    private final Ledger ledger;
    private final LedgerDatabase database;
    private final MigrationSpec spec;
    private final NextFlow reverse;
    private final Consumer<String> out;
    private final Duration patience;

    /**
     * @param reverse starts the flow from the target back to the source
     * @param patience longest wait for each condition before the switch
     */
    public TenantCutover(
            Ledger ledger,
            LedgerDatabase database,
            MigrationSpec spec,
            NextFlow reverse,
            Consumer<String> out,
            Duration patience) {
        this.ledger = ledger;
        this.database = database;
        this.spec = spec;
        this.reverse = reverse;
        this.out = out;
        this.patience = patience;
    }

    /**
     * @param savepointDirectory null for the cluster's own
     */
    public void run(String savepointDirectory) throws Exception {
        MigrationRow row = ledger.find(spec.name()).orElseThrow();
        CutoverGate.check(row, RunningJob.of(ledger, spec.name()));
        if (row.phase() == Phase.COMPLETED) {
            out.accept(spec.name() + " is COMPLETED already");
            if (!RunningJob.of(ledger, spec.name())) {
                start(row);
            }
            return;
        }
        TenantDirections directions = new TenantDirections(spec);
        Placement placement = directions.placement();
        SwitchDirection forward = directions.forward();
        OptionalLong offset =
                placement.mode() == Positions.KEEP
                        ? OptionalLong.of(placement.offset())
                        : OptionalLong.empty();
        Companions companions = new Companions(ledger, row.id(), spec, forward, offset, out);
        try (Interop interop = Interop.open(database, row, spec, patience)) {
            if (row.phase() == Phase.DUAL_WRITE) {
                prepare(row, directions, forward, placement, companions);
                ledger.audit(row.id(), "CUTOVER_INITIATED", "tenants " + forward.tenants());
                ledger.advance(row.id(), Phase.CUTOVER, "cutover initiated");
            } else {
                prepareAgain(forward, placement);
            }
            interop.mirror().began();
            interop.mirror().phase(Phase.DUAL_WRITE);
            interop.mirror().phase(Phase.CUTOVER);
            long end = switchAll(row, forward, interop);
            stopJob(row, savepointDirectory);
            LogicalFeeds.drop(forward.from(), row.name());
            new Switches(ledger).flowEnded(row.id());
            verifyAtTheEnd(row, forward, new TenantVerification(spec, directions, placement), end);
            companions.after(end);
            forward.fence();
            ledger.audit(row.id(), "CUTOVER_COMPLETED", "through position " + end);
            start(row);
            interop.mirror().phase(Phase.COMPLETED);
            ledger.advance(row.id(), Phase.COMPLETED, "cut over through position " + end);
        }
    }

    private void prepare(
            MigrationRow row,
            TenantDirections directions,
            SwitchDirection forward,
            Placement placement,
            Companions companions)
            throws SQLException {
        TenantReadiness readiness =
                new TenantReadiness(forward, spec.tenant().cutoverMaxLagEvents(), patience);
        readiness.awaitFences();
        long head = readiness.awaitFlow();
        out.accept("Everything up to position " + head + " is final and applied");
        TenantVerification verification = new TenantVerification(spec, directions, placement);
        if (spec.tenant().verifyConsistency()) {
            StoreVerdict verdict = verification.compare(spec.tenant().verificationLevel(), head);
            verification.record(ledger, row, verdict);
            if (!verdict.matched()) {
                throw MigrationException.fatal(
                        spec.name(),
                        "Source and target differ, so nothing is switched: "
                                + verdict
                                + ": "
                                + verdict.named()
                                + ". 'godwit verify SPEC --repair' mends what is named");
            }
            out.accept("Verified: " + verdict);
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

    /**
     * @return the last position of any of the tenants in the source
     */
    private long switchAll(MigrationRow row, SwitchDirection forward, Interop interop)
            throws SQLException {
        TenantSwitcher switcher = new TenantSwitcher(forward);
        boolean anyMoved = false;
        for (String tenant : forward.tenants()) {
            try {
                SwitchReport report = switcher.run(tenant);
                anyMoved = true;
                if (report.attempts() > 0) {
                    new Switches(ledger).add(row.id(), report.entry(forward.to().storeId()));
                }
                ledger.audit(row.id(), "TENANT_SWITCHED", report.toString());
                interop.mirror().switched(tenant, report.toString());
                out.accept("Switched: " + report);
            } catch (MigrationException e) {
                if (!anyMoved && new Moved(forward).none()) {
                    rolledBack(row, e, interop);
                }
                throw e;
            }
        }
        return new Moved(forward).lastPosition();
    }

    private void rolledBack(MigrationRow row, MigrationException e, Interop interop)
            throws SQLException {
        ledger.audit(row.id(), "CUTOVER_ROLLED_BACK", String.valueOf(e.getMessage()));
        ledger.advance(row.id(), Phase.DUAL_WRITE, "cutover rolled back: " + e.getMessage());
        interop.mirror().cutoverRolledBack(e.getMessage());
    }

    private void stopJob(MigrationRow row, String savepointDirectory) throws SQLException {
        if (RunningJob.of(ledger, spec.name())) {
            out.accept("The job is stopped: " + new JobStop(ledger, row).end(savepointDirectory));
        }
    }

    /** The source is closed, so nothing moves any more. The switch stands, whatever it says. */
    private void verifyAtTheEnd(
            MigrationRow row, SwitchDirection forward, TenantVerification verification, long end)
            throws SQLException {
        if (!spec.tenant().verifyConsistency()) {
            return;
        }
        for (String tenant : forward.tenants()) {
            StoreVerdict verdict =
                    verification.compare(
                            spec.tenant().verificationLevel(),
                            tenant,
                            end,
                            new Moved(forward).copied(tenant));
            verification.record(ledger, row, verdict);
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
            out.accept("Verified tenant " + tenant + " through position " + end + ": " + verdict);
        }
    }

    private void start(MigrationRow row) throws Exception {
        try {
            reverse.start();
        } catch (MigrationException e) {
            throw e;
        } catch (SQLException e) {
            throw PostgresErrors.of("Starting the flow back", e);
        }
        ledger.audit(row.id(), "REVERSE_FLOW_STARTED", "from the target back to the source");
    }
}
