package io.godwit.job;

import io.godwit.connector.postgres.eventstore.Fence;
import io.godwit.connector.postgres.eventstore.GapFence;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.SlowHolder;
import io.godwit.connector.postgres.eventstore.TenantPositions;
import io.godwit.connector.postgres.eventstore.verify.Correspondence;
import io.godwit.connector.postgres.eventstore.verify.Difference;
import io.godwit.connector.postgres.eventstore.verify.StoreComparison;
import io.godwit.connector.postgres.eventstore.verify.StoreVerdict;
import io.godwit.model.MigrationException;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.VerificationLevel;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the tenants' events of both stores, up to where nothing can still appear below: the
 * source's head as the gap fence proves it now. Writes nothing.
 */
record TenantComparison(MigrationSpec spec, TenantSurvey survey, Past past) {

    /** Longest wait for a transaction that may still commit an event. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Through what the flow has applied: beyond it the target cannot be equal yet. */
    Verdict verify(Level level) throws SQLException, InterruptedException {
        long through = Math.min(head(), applied());
        Tally tally = survey.targetExists() ? compared(level, through) : allMissing(through);
        return new Verdict(tally, "through position " + through);
    }

    Tally dryRun() throws SQLException, InterruptedException {
        long head = head();
        return survey.targetExists() ? compared(Level.FULL, head) : allMissing(head);
    }

    /** Without a migration nothing is on its way: whatever the source has is compared. */
    private long applied() {
        return past.row() == null
                ? Long.MAX_VALUE
                : Math.max(past.applied(), survey.appliedThrough().orElse(0));
    }

    private Tally allMissing(long through) throws SQLException {
        try (Connection connection = source().open(spec.name())) {
            long events =
                    TenantPositions.count(
                            connection, survey.source(), spec.tenant().tenants(), through);
            return new Tally(events, events, 0, new String[0]);
        }
    }

    private long head() throws SQLException, InterruptedException {
        try (Connection connection = source().open(spec.name())) {
            GapFence fences = new GapFence(connection, source().eventStore());
            List<SlowHolder> slow = new ArrayList<>();
            Fence fence = fences.await(fences.take(), PATIENCE, slow::add);
            if (!fence.isFinal()) {
                throw MigrationException.refused(
                        spec.name(),
                        "Below position "
                                + fence.position()
                                + " of the source an event can still appear: transactions that have"
                                + " drawn a position are open for more than "
                                + PATIENCE
                                + ": "
                                + slow
                                + "; end them and try again");
            }
            return Math.max(0, fence.position());
        }
    }

    private Tally compared(Level level, long through) throws SQLException {
        StoreVerdict verdict =
                new StoreComparison(
                                source(),
                                target(),
                                spec.tenant().tenants(),
                                survey.source().copiedColumns(),
                                correspondence(),
                                spec.name())
                        .compare(VerificationLevel.valueOf(level.name()), through);
        return new Tally(
                verdict.compared(),
                verdict.missing(),
                verdict.extra() + verdict.different(),
                verdict.named().stream()
                        .map(Difference::toString)
                        .limit(Tally.NAMED)
                        .toArray(String[]::new));
    }

    private Correspondence correspondence() {
        Placement placement = survey.kept().orElse(Placement.KEPT);
        return placement.mode() == Positions.KEEP
                ? Correspondence.kept(placement.offset())
                : Correspondence.appended();
    }

    private PostgresEventStoreSpec source() {
        return (PostgresEventStoreSpec) spec.source();
    }

    private PostgresEventStoreSpec target() {
        return (PostgresEventStoreSpec) spec.target();
    }
}
