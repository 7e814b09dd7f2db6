package io.godwit.job;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.PhaseClock;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import io.godwit.port.RunJournal;
import io.godwit.spec.MigrationSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The run journal of tenants. Eventsource-py's control tables are told, too, if there are any; and
 * the store that receives is told when the bulk copy is done, because of bulk ranges, which come in
 * any order, its writers cannot say how far they are.
 */
final class TenantRunJournal implements RunJournal {

    private final RunJournal ledger;
    private final Run run;
    private final MigrationSpec spec;
    private final TenantPlan plan;
    private long appliedThrough;

    TenantRunJournal(RunJournal ledger, Run run, MigrationSpec spec, TenantPlan plan) {
        this.plan = plan;
        this.ledger = ledger;
        this.run = run;
        this.spec = spec;
    }

    private interface Note {
        void to(EventsourceMirror mirror) throws SQLException;
    }

    @Override
    public void started() {
        ledger.started();
        note(
                mirror -> {
                    mirror.began();
                    mirror.phase(Phase.BULK_COPY);
                });
    }

    @Override
    public void progress(List<TagProgress> tags) {
        ledger.progress(tags);
        appliedThrough = tags.stream().mapToLong(TagProgress::appliedThrough).min().orElse(0);
        if (spec.tenant().dualWriteTimeoutMinutes() != null) {
            refuseToWaitForever(Duration.ofMinutes(spec.tenant().dualWriteTimeoutMinutes()));
        }
    }

    private void refuseToWaitForever(Duration limit) {
        try (Ledger open = new Ledger(run.ledger())) {
            Optional<Duration> waited = PhaseClock.in(open, run.migrationId(), Phase.DUAL_WRITE);
            if (waited.isPresent() && waited.get().compareTo(limit) > 0) {
                throw MigrationException.fatal(
                        "dual_write_timeout_minutes",
                        "There was no cutover for "
                                + waited.get().toMinutes()
                                + " minutes after the copy was done, and the spec allows "
                                + limit.toMinutes()
                                + " (dual_write_timeout_minutes). The source is as it was; 'godwit"
                                + " abort' clears up, 'godwit migrate' begins anew");
            }
        } catch (SQLException e) {
            throw MigrationException.transientFailure(
                    "ledger", "Asking the ledger for the phase failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void bulkCopyDone() {
        tellStore();
        ledger.bulkCopyDone();
        note(mirror -> mirror.phase(Phase.DUAL_WRITE));
    }

    private void tellStore() {
        try (Connection connection = plan.to().open(spec.name())) {
            new AppliedThrough(spec.name(), plan.from().storeId())
                    .raise(connection, appliedThrough);
        } catch (SQLException e) {
            throw PostgresErrors.of("Recording the end of the bulk copy in the target", e);
        }
    }

    @Override
    public void failed(MigrationException reason) {
        ledger.failed(reason);
        new TenantFailures(run, spec).tell(reason);
    }

    private void note(Note note) {
        try (EventsourceMirror mirror =
                EventsourceMirror.open(run.ledger(), spec, run.migrationId())) {
            note.to(mirror);
        } catch (SQLException e) {
            throw MigrationException.transientFailure(
                    "ledger",
                    "Telling eventsource-py's control tables failed: " + e.getMessage(),
                    e);
        }
    }

    @Override
    public void close() {
        ledger.close();
    }
}
