package io.godwit.job;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.ControlTables;
import io.godwit.connector.postgres.eventstore.FlowRecord;
import io.godwit.connector.postgres.eventstore.LogicalFeeds;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.PositionCeiling;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreDdl;
import io.godwit.connector.postgres.eventstore.TenantRoute;
import io.godwit.connector.postgres.eventstore.TenantRoutes;
import io.godwit.connector.postgres.eventstore.WriteFence;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.Tail;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Makes in both stores what a tenant's job and its cutover rely on: tables, fences, routes, and the
 * decision where its events will lie. Every step can be repeated, so a crash in the middle is
 * mended by the next start. Until the first row is copied nothing of it is in anybody's way: the
 * source goes on taking the tenants' appends, through the fence.
 */
final class TenantPreparation {

    private static final Duration SLOT_PATIENCE = Duration.ofMinutes(1);

    private final MigrationSpec spec;
    private final TenantPlacing placing;
    private final AppliedThrough flow;
    private final PostgresEventStoreSpec source;
    private final PostgresEventStoreSpec target;

    TenantPreparation(MigrationSpec spec, TenantPlacing placing, AppliedThrough flow) {
        this.spec = spec;
        this.placing = placing;
        this.flow = flow;
        this.source = (PostgresEventStoreSpec) spec.source();
        this.target = (PostgresEventStoreSpec) spec.target();
    }

    /**
     * @param anew nothing of an earlier migration of this name is believed
     */
    void run(boolean anew) {
        StoreDdl.createIfMissing(target, spec.name());
        ControlTables.create(source);
        ControlTables.create(target);
        try (Connection from = source.open(spec.name());
                Connection to = target.open(spec.name())) {
            fence();
            if (anew) {
                FlowRecord.forget(to, flow);
            }
            place(to);
            route(from, to);
            // An abort of another migration may have removed a fence that nobody needed then.
            fence();
            feed();
        } catch (SQLException e) {
            throw PostgresErrors.of("Preparing the stores of " + spec.name(), e);
        }
    }

    /** Last, because it waits for open transactions; one that an earlier spec asked for goes. */
    private void feed() {
        if (spec.tenant().tail() == Tail.LOGICAL && placing.mode() == Positions.KEEP) {
            LogicalFeeds.ensure(source, spec.name(), SLOT_PATIENCE);
        } else {
            LogicalFeeds.drop(source, spec.name());
        }
    }

    private void fence() {
        new WriteFence(source, spec.name()).install(spec.tenant().tenants());
        new WriteFence(target, spec.name()).installForCopy(spec.tenant().tenants());
    }

    /** Before the first row, and once: a decision that holds is not asked for again. */
    private void place(Connection to) throws SQLException {
        if (placing.kept() != null) {
            return;
        }
        if (placing.block() > 0) {
            PositionCeiling.reserve(to, target.eventStore(), spec.name(), placing.block());
            return;
        }
        (placing.mode() == Positions.KEEP ? Placement.KEPT : Placement.APPENDED)
                .keepOnce(to, spec.name());
    }

    private void route(Connection from, Connection to) throws SQLException {
        TenantRoutes here = new TenantRoutes(source.eventStore());
        TenantRoutes there = new TenantRoutes(target.eventStore());
        for (String tenant : spec.tenant().tenants()) {
            TenantRoute route = here.prepare(from, tenant, source.storeId());
            there.close(to, tenant, source.storeId(), route.epoch());
        }
    }
}
