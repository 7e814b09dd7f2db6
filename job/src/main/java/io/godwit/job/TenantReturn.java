package io.godwit.job;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.connector.postgres.eventstore.TenantRoute;
import io.godwit.connector.postgres.eventstore.TenantRoutes;
import io.godwit.ledger.TenantClaim;
import io.godwit.model.Finding;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.Tail;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The flow back after a cutover: what the tenants write in the target is appended to the source, so
 * that a rollback loses nothing. It was prepared by the switch itself, which left in the source
 * from where it begins.
 *
 * @param columns what is copied, the position first
 * @param start the first position of the target that may be of the tenants' own
 * @param findings problems, unless every tenant has moved
 */
public record TenantReturn(
        MigrationSpec spec, List<String> columns, long start, List<Finding> findings)
        implements PlannedMigration {

    public static TenantReturn of(MigrationSpec spec) {
        PostgresEventStoreSpec source = (PostgresEventStoreSpec) spec.source();
        PostgresEventStoreSpec target = (PostgresEventStoreSpec) spec.target();
        List<Finding> findings = new ArrayList<>();
        try (Connection connection = source.open(spec.name())) {
            for (String tenant : spec.tenant().tenants()) {
                boolean moved =
                        new TenantRoutes(source.eventStore())
                                .read(connection, tenant)
                                .map(route -> movedTo(route, target))
                                .orElse(false);
                if (!moved) {
                    findings.add(
                            Finding.problem(
                                    "tenant " + tenant + " has not moved to " + target.storeId(),
                                    "'godwit cutover " + spec.name() + "' goes on with it"));
                }
            }
            long applied =
                    new AppliedThrough(spec.name(), target.storeId()).read(connection).orElse(0);
            List<String> columns =
                    StoreSchema.read(connection, source.eventStore()).copiedColumns();
            return new TenantReturn(spec, columns, applied + 1, List.copyOf(findings));
        } catch (SQLException e) {
            throw PostgresErrors.of("Planning the flow back", e);
        }
    }

    private static boolean movedTo(TenantRoute route, PostgresEventStoreSpec target) {
        return !route.open() && route.storeId().equals(target.storeId());
    }

    @Override
    public String title() {
        return spec.jobName() + " (back)";
    }

    @Override
    public boolean follows(Phase phase) {
        return phase == Phase.CUTOVER || phase == Phase.COMPLETED;
    }

    @Override
    public boolean mayTurn() {
        return true;
    }

    @Override
    public boolean comparable() {
        return true;
    }

    @Override
    public List<TenantClaim> claims() {
        return TenantMigration.claims(spec);
    }

    /** The switch has done it. */
    @Override
    public void prepare() {}

    @Override
    public void build(StreamExecutionEnvironment env, Run run) {
        PostgresEventStoreSpec source = (PostgresEventStoreSpec) spec.source();
        PostgresEventStoreSpec target = (PostgresEventStoreSpec) spec.target();
        TenantJob.build(
                env,
                spec,
                run,
                new TenantPlan(
                        title(),
                        target,
                        source,
                        Positions.APPEND,
                        Tail.POLL,
                        columns,
                        start,
                        0,
                        1,
                        1));
    }

    @Override
    public String starting() {
        return "The flow back starts from position " + start + " of the target";
    }

    @Override
    public List<String> lines() {
        return List.of(starting());
    }

    @Override
    public Map<String, Object> details() {
        return Map.of("direction", "back", "start", start);
    }

    @Override
    public Verdict verify(Level level, JobPlace place) throws Exception {
        throw new UnsupportedOperationException("A migration is verified by its own plan");
    }

    @Override
    public Tally dryRun(JobPlace place) {
        throw new UnsupportedOperationException("A flow back is never a dry run");
    }
}
