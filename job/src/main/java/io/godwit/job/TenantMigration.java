package io.godwit.job;

import io.godwit.connector.postgres.eventstore.LogicalTailCheck;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.ledger.TenantClaim;
import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.Tail;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A tenant's migration as it was planned.
 *
 * @param placing where its events will lie
 * @param start the first position to read, when there is no savepoint
 */
record TenantMigration(
        MigrationSpec spec,
        Past past,
        TenantSurvey survey,
        TenantPlacing placing,
        long start,
        List<Finding> findings)
        implements PlannedMigration {

    static TenantMigration of(MigrationSpec spec, Past past) {
        TenantSurvey survey = TenantSurvey.of(spec, past.row() != null);
        TenantPlacing placing =
                TenantPlacing.decide(
                        new TenantPlacing.Facts(
                                spec.tenant().positions(),
                                holding(past, survey),
                                survey.occupancy(),
                                survey.last(),
                                survey.targetLast(),
                                survey.targetPositionType().equals("integer")
                                        ? Integer.MAX_VALUE
                                        : Long.MAX_VALUE));
        List<Finding> findings = new ArrayList<>(survey.findings());
        findings.addAll(placing.findings());
        // One that a rollback has turned to append goes on, and polls.
        if (spec.tenant().tail() == Tail.LOGICAL && placing.kept() == null) {
            findings.addAll(LogicalTailCheck.positions(placing.mode()));
        }
        findings.addAll(new TenantCompanions(spec, survey).findings());
        findings.addAll(claimed(spec, past));
        return new TenantMigration(
                spec, past, survey, placing, start(past, survey), List.copyOf(findings));
    }

    /** An earlier decision holds while there are rows that follow it, or may be. */
    private static Optional<Placement> holding(Past past, TenantSurvey survey) {
        return past.active() || survey.occupancy().tenants() ? survey.kept() : Optional.empty();
    }

    /**
     * What is applied already is not read again. Of an ended migration nothing is believed:
     * somebody may have deleted its rows; what is still there is compared.
     */
    private static long start(Past past, TenantSurvey survey) {
        long applied = past.active() ? past.applied() : 0;
        if (past.copied()) {
            applied = Math.max(applied, survey.appliedThrough().orElse(0));
        }
        return Math.max(applied + 1, survey.first());
    }

    static List<TenantClaim> claims(MigrationSpec spec) {
        List<TenantClaim> claims = new ArrayList<>();
        for (String tenant : spec.tenant().tenants()) {
            claims.add(new TenantClaim(tenant, ((PostgresEventStoreSpec) spec.source()).storeId()));
            claims.add(new TenantClaim(tenant, ((PostgresEventStoreSpec) spec.target()).storeId()));
        }
        return claims;
    }

    private static List<Finding> claimed(MigrationSpec spec, Past past) {
        List<Finding> findings = new ArrayList<>();
        past.taken()
                .forEach(
                        (tenant, other) ->
                                findings.add(
                                        Finding.problem(
                                                "tenant "
                                                        + tenant
                                                        + " is in the active migration "
                                                        + other,
                                                "end it first: 'godwit status "
                                                        + other
                                                        + "' shows it")));
        boolean same = past.claims().equals(Set.copyOf(claims(spec)));
        if (past.active() && !past.claims().isEmpty() && !same) {
            findings.add(
                    Finding.problem(
                            "the migration "
                                    + spec.name()
                                    + " is "
                                    + past.row().phase()
                                    + " with other tenants or stores than the spec has",
                            "a history that the copy has passed would be missed: leave tenants and"
                                    + " store_id as they were, or 'godwit abort "
                                    + spec.name()
                                    + "' and begin anew"));
        }
        return findings;
    }

    @Override
    public String title() {
        return spec.jobName();
    }

    @Override
    public List<TenantClaim> claims() {
        return claims(spec);
    }

    @Override
    public boolean mayTurn() {
        return true;
    }

    @Override
    public boolean comparable() {
        return survey.comparable();
    }

    @Override
    public void prepare() {
        boolean anew = !past.active() || past.row().phase() == Phase.PENDING;
        new TenantPreparation(spec, placing, survey.flow()).run(anew);
    }

    @Override
    public void build(StreamExecutionEnvironment env, Run run) {
        TenantJob.build(env, spec, run, flow(placed()));
    }

    private TenantPlan flow(Placement placement) {
        return new TenantPlan(
                title(),
                (PostgresEventStoreSpec) spec.source(),
                (PostgresEventStoreSpec) spec.target(),
                placement.mode(),
                placement.mode() == Positions.KEEP ? spec.tenant().tail() : Tail.POLL,
                survey.source().copiedColumns(),
                start,
                placement.offset(),
                survey.last(),
                survey.events());
    }

    /** The decision as the target keeps it. */
    private Placement placed() {
        try (Connection target = ((PostgresEventStoreSpec) spec.target()).open(spec.name())) {
            return Placement.read(target, spec.name())
                    .orElseThrow(
                            () ->
                                    new IllegalStateException(
                                            "No placement of "
                                                    + spec.name()
                                                    + "; prepare() first"));
        } catch (SQLException e) {
            throw MigrationException.transientFailure(
                    "target", "Reading the placement failed: " + e.getMessage(), e);
        }
    }

    @Override
    public String starting() {
        return "Starting from what is applied: position " + start;
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(
                "positions "
                        + start
                        + " to "
                        + survey.last()
                        + " of the source"
                        + (spec.continuous()
                                ? ", then the tail until the cutover"
                                : ", no tail: a cutover needs continuous: true later"));
        lines.add(
                "about "
                        + survey.events()
                        + " events of "
                        + spec.tenant().tenants()
                        + ", in ranges of "
                        + width()
                        + " positions");
        lines.add(placing.words());
        lines.addAll(new TenantCompanions(spec, survey).lines(placing));
        return List.copyOf(lines);
    }

    private int width() {
        return flow(Placement.KEPT).rangeWidth(spec.batchSize());
    }

    @Override
    public Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("tenants", spec.tenant().tenants());
        details.put("start", start);
        details.put("end", survey.last());
        details.put("events_expected", survey.events());
        details.put("positions", TenantPlacing.word(placing.mode()));
        details.put("positions_why", placing.why());
        details.put("offset", placing.kept() == null ? null : placing.kept().offset());
        details.put("reserves", placing.block());
        return details;
    }

    @Override
    public Verdict verify(Level level, JobPlace place) throws Exception {
        return new TenantComparison(spec, survey, past).verify(level);
    }

    @Override
    public Repaired repair() throws Exception {
        return new TenantComparison(spec, survey, past).repair();
    }

    @Override
    public Tally dryRun(JobPlace place) throws Exception {
        return new TenantComparison(spec, survey, past).dryRun();
    }
}
