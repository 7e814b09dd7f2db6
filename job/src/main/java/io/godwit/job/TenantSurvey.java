package io.godwit.job;

import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.FlowRecord;
import io.godwit.connector.postgres.eventstore.LogicalTailCheck;
import io.godwit.connector.postgres.eventstore.OwnPositions;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.PlanIndex;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.RouteCheck;
import io.godwit.connector.postgres.eventstore.SequenceCheck;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.connector.postgres.eventstore.StoreSchemaCheck;
import io.godwit.connector.postgres.eventstore.TableOwner;
import io.godwit.connector.postgres.eventstore.TargetOccupancy;
import io.godwit.connector.postgres.eventstore.TenantPositions;
import io.godwit.model.Finding;
import io.godwit.spec.Checks;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Tail;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Looks at both stores of a tenant's migration before it starts. Reads only, once. What could not
 * be looked at has a finding that stops the migration.
 */
final class TenantSurvey {

    private final MigrationSpec spec;
    private final PostgresEventStoreSpec source;
    private final PostgresEventStoreSpec target;
    private final RouteCheck routes;
    private final List<Finding> findings = new ArrayList<>();
    private StoreSchema sourceSchema;
    private StoreSchema targetSchema;
    private long first = TenantPositions.LEAST;
    private long last;
    private long events;
    private long targetLast;
    private TargetOccupancy occupancy = TargetOccupancy.NONE;
    private Optional<Placement> kept = Optional.empty();
    private OptionalLong appliedThrough = OptionalLong.empty();

    private TenantSurvey(MigrationSpec spec) {
        this.spec = spec;
        this.source = (PostgresEventStoreSpec) spec.source();
        this.target = (PostgresEventStoreSpec) spec.target();
        this.routes = new RouteCheck(source.storeId(), target.storeId());
    }

    private interface Look {
        void at(Connection connection) throws SQLException;
    }

    /**
     * @param begun a migration of this name was started before, so the target may have its rows
     */
    static TenantSurvey of(MigrationSpec spec, boolean begun) {
        TenantSurvey survey = new TenantSurvey(spec);
        StoreSchemaCheck.Result schemas =
                StoreSchemaCheck.check(
                        survey.source, survey.target, spec.tenant(), spec.name(), begun);
        survey.findings.addAll(schemas.findings());
        survey.sourceSchema = schemas.source();
        survey.targetSchema = schemas.target();
        if (usable(survey.sourceSchema)) {
            survey.look("source", survey.source, survey::atSource);
        }
        if (usable(survey.targetSchema) || toBeCreated(survey.targetSchema)) {
            survey.look("target", survey.target, survey::atTarget);
        }
        return survey;
    }

    private static boolean usable(StoreSchema schema) {
        return schema != null && schema.exists() && schema.missing().isEmpty();
    }

    private static boolean toBeCreated(StoreSchema schema) {
        return schema != null && !schema.exists();
    }

    private void look(String side, PostgresEventStoreSpec store, Look look) {
        try (Connection connection = store.open(spec.name())) {
            look.at(connection);
        } catch (SQLException e) {
            findings.add(
                    Finding.unreachable(
                            "the "
                                    + side
                                    + ", PostgreSQL at "
                                    + Checks.withoutQuery(store.url())
                                    + ": "
                                    + e.getMessage(),
                            "check " + side + ".url and the rights of " + side + ".user"));
        }
    }

    private void atSource(Connection connection) throws SQLException {
        List<Finding> sequence = SequenceCheck.findings(connection, source.eventStore());
        findings.addAll(sequence);
        TenantPositions.tooLow(connection, source.eventStore()).ifPresent(findings::add);
        findings.addAll(TableOwner.check(connection, source.eventStore(), "source"));
        if (spec.tenant().tail() == Tail.LOGICAL) {
            findings.addAll(LogicalTailCheck.source(connection, source.eventStore(), spec.name()));
        }
        last = OwnPositions.lastPosition(connection, source.eventStore());
        if (findings.stream().noneMatch(Finding::stops)) {
            first = TenantPositions.first(connection, sourceSchema, spec.tenant().tenants());
        }
        for (String tenant : spec.tenant().tenants()) {
            findings.addAll(routes.source(connection, source.eventStore(), tenant));
            if (findings.stream().noneMatch(Finding::stops)) {
                PlanIndex index = PlanIndex.of(connection, sourceSchema, tenant, spec.batchSize());
                findings.add(index.finding());
                events += index.events();
            }
        }
    }

    private void atTarget(Connection connection) throws SQLException {
        for (String tenant : spec.tenant().tenants()) {
            findings.addAll(routes.target(connection, target.eventStore(), tenant));
        }
        kept = Placement.read(connection, spec.name());
        appliedThrough = FlowRecord.read(connection, flow());
        if (targetSchema.exists()) {
            findings.addAll(TableOwner.check(connection, target.eventStore(), "target"));
            targetLast = OwnPositions.lastPosition(connection, target.eventStore());
            if (findings.stream().noneMatch(Finding::stops)) {
                occupancy = TargetOccupancy.of(connection, targetSchema, spec.tenant().tenants());
            }
        }
    }

    AppliedThrough flow() {
        return new AppliedThrough(spec.name(), source.storeId());
    }

    List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** The source's rows can be compared with those of the target, if it has a table. */
    boolean comparable() {
        return usable(sourceSchema) && (usable(targetSchema) || toBeCreated(targetSchema));
    }

    /** Null where it could not be looked at. */
    StoreSchema target() {
        return targetSchema;
    }

    StoreSchema source() {
        return sourceSchema;
    }

    boolean targetExists() {
        return targetSchema.exists();
    }

    /** "bigint" or "integer"; of a table that Godwit creates, bigint. */
    String targetPositionType() {
        return targetSchema != null && targetSchema.exists()
                ? targetSchema.typeOf(target.eventStore().position())
                : "bigint";
    }

    /** Below it the tenants have no event in the source and never will. */
    long first() {
        return first;
    }

    /** The source's highest position. */
    long last() {
        return last;
    }

    /** Of the tenants, as the source's statistics say. */
    long events() {
        return events;
    }

    long targetLast() {
        return targetLast;
    }

    TargetOccupancy occupancy() {
        return occupancy;
    }

    /** The placement that an earlier start has decided. */
    Optional<Placement> kept() {
        return kept;
    }

    OptionalLong appliedThrough() {
        return appliedThrough;
    }
}
