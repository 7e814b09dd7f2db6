package io.godwit.job;

import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.Fence;
import io.godwit.connector.postgres.eventstore.GapFence;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.RouteCheck;
import io.godwit.connector.postgres.eventstore.SlowHolder;
import io.godwit.connector.postgres.eventstore.TenantPositions;
import io.godwit.connector.postgres.eventstore.verify.Correspondence;
import io.godwit.connector.postgres.eventstore.verify.Difference;
import io.godwit.connector.postgres.eventstore.verify.StoreComparison;
import io.godwit.connector.postgres.eventstore.verify.StoreRepair;
import io.godwit.connector.postgres.eventstore.verify.StoreVerdict;
import io.godwit.model.MigrationException;
import io.godwit.spec.MigrationSpec;
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

    /** Through what the flow has applied: beyond it the stores cannot be equal yet. */
    Verdict verify(Level level) throws SQLException, InterruptedException {
        if (!survey.targetExists()) {
            long through = Math.min(head(source()), applied());
            return new Verdict(allMissing(through), "through position " + through);
        }
        Compared compared = compare(level);
        return new Verdict(tally(compared.verdict()), "through position " + compared.through());
    }

    /**
     * Compares in full and rewrites the rows that are named, from the store that has the tenants.
     */
    Repaired repair() throws SQLException, InterruptedException {
        Compared found = compare(Level.FULL);
        StoreRepair.Result done =
                new StoreRepair(
                                found.from(),
                                found.to(),
                                spec.tenant().tenants(),
                                survey.source().copiedColumns(),
                                found.how(),
                                spec.name())
                        .repair(found.verdict());
        return new Repaired(found.verdict().toString(), done.toString());
    }

    Tally dryRun() throws SQLException, InterruptedException {
        long head = head(source());
        return survey.targetExists()
                ? tally(compare(source(), target(), correspondence(), Level.FULL, head).verdict())
                : allMissing(head);
    }

    /**
     * @param from the store that has the tenants
     * @param to the one that follows it
     */
    private record Compared(
            PostgresEventStoreSpec from,
            PostgresEventStoreSpec to,
            Correspondence how,
            long through,
            StoreVerdict verdict) {}

    private Compared compare(Level level) throws SQLException, InterruptedException {
        if (!moved()) {
            long through = Math.min(head(source()), applied());
            return compare(source(), target(), correspondence(), level, through);
        }
        long back;
        try (Connection connection = source().open(spec.name())) {
            back = new AppliedThrough(spec.name(), target().storeId()).read(connection).orElse(0);
        }
        long through = Math.min(head(target()), back);
        return compare(target(), source(), Correspondence.appended(), level, through);
    }

    /** The target has the tenants, and the source follows. */
    private boolean moved() throws SQLException {
        try (Connection connection = source().open(spec.name())) {
            for (String tenant : spec.tenant().tenants()) {
                if (RouteCheck.movedAway(connection, source().eventStore(), tenant)) {
                    return true;
                }
            }
            return false;
        }
    }

    private Compared compare(
            PostgresEventStoreSpec from,
            PostgresEventStoreSpec to,
            Correspondence how,
            Level level,
            long through) {
        StoreVerdict verdict =
                new StoreComparison(
                                from,
                                to,
                                spec.tenant().tenants(),
                                survey.source().copiedColumns(),
                                how,
                                spec.name())
                        .compare(VerificationLevel.valueOf(level.name()), through);
        return new Compared(from, to, how, through, verdict);
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

    private long head(PostgresEventStoreSpec store) throws SQLException, InterruptedException {
        try (Connection connection = store.open(spec.name())) {
            GapFence fences = new GapFence(connection, store.eventStore());
            List<SlowHolder> slow = new ArrayList<>();
            Fence fence = fences.await(fences.take(), PATIENCE, slow::add);
            if (!fence.isFinal()) {
                throw MigrationException.refused(
                        spec.name(),
                        "Below position "
                                + fence.position()
                                + " of store "
                                + store.storeId()
                                + " an event can still appear: transactions that have"
                                + " drawn a position are open for more than "
                                + PATIENCE
                                + ": "
                                + slow
                                + "; end them and try again");
            }
            return Math.max(0, fence.position());
        }
    }

    private static Tally tally(StoreVerdict verdict) {
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
        return Correspondence.of(survey.kept().orElse(Placement.KEPT));
    }

    private PostgresEventStoreSpec source() {
        return (PostgresEventStoreSpec) spec.source();
    }

    private PostgresEventStoreSpec target() {
        return (PostgresEventStoreSpec) spec.target();
    }
}
