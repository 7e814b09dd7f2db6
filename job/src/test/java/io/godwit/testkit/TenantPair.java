package io.godwit.testkit;

import io.godwit.connector.postgres.eventstore.AppendingTarget;
import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.ControlTables;
import io.godwit.connector.postgres.eventstore.EventStoreTarget;
import io.godwit.connector.postgres.eventstore.OwnPositions;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.connector.postgres.eventstore.TenantRoute;
import io.godwit.connector.postgres.eventstore.TenantRoutes;
import io.godwit.connector.postgres.eventstore.WriteFence;
import io.godwit.control.tenant.BeforeOpen;
import io.godwit.control.tenant.SwitchDirection;
import io.godwit.spec.Positions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Two stores that are prepared for a migration's switches, as its start leaves them, and the two
 * ways between them. The first flow keeps positions; every later one appends.
 */
public final class TenantPair {

    public static final String MIGRATION = "pair";

    private final List<String> tenants;
    private final PostgresEventStoreSpec source;
    private final PostgresEventStoreSpec target;
    private final List<String> columns;
    private final Duration lease;

    /**
     * @param source with its tables
     * @param target with its tables, empty
     */
    public TenantPair(
            PostgresEventStoreSpec source,
            PostgresEventStoreSpec target,
            List<String> tenants,
            Duration lease)
            throws SQLException {
        this.source = source;
        this.target = target;
        this.tenants = List.copyOf(tenants);
        this.lease = lease;
        for (PostgresEventStoreSpec store : List.of(source, target)) {
            ControlTables.create(store);
            new WriteFence(store, MIGRATION).install(tenants);
        }
        try (Connection from = source.open(MIGRATION);
                Connection to = target.open(MIGRATION)) {
            this.columns = StoreSchema.read(from, source.eventStore()).copiedColumns();
            for (String tenant : tenants) {
                TenantRoute route =
                        new TenantRoutes(source.eventStore())
                                .prepare(from, tenant, source.storeId());
                new TenantRoutes(target.eventStore())
                        .close(to, tenant, source.storeId(), route.epoch());
            }
            Placement.KEPT.keepOnce(to, MIGRATION);
        }
    }

    public PostgresEventStoreSpec source() {
        return source;
    }

    public PostgresEventStoreSpec target() {
        return target;
    }

    public List<String> tenants() {
        return tenants;
    }

    /** Before every switch to the target whose flow keeps positions. */
    public void preparePositions() throws SQLException {
        try (Connection from = source.open(MIGRATION);
                Connection to = target.open(MIGRATION)) {
            OwnPositions.prepare(
                    to,
                    target.eventStore(),
                    Placement.KEPT,
                    OwnPositions.lastPosition(from, source.eventStore()));
        }
    }

    /**
     * @param kept positions are kept; false once the target has drawn its own
     */
    public SwitchDirection forward(boolean kept) {
        AppliedThrough applied = new AppliedThrough(MIGRATION, source.storeId());
        return new SwitchDirection(
                MIGRATION,
                tenants,
                source,
                target,
                kept ? Positions.KEEP : Positions.APPEND,
                columns,
                () ->
                        kept
                                ? new EventStoreTarget(target, columns, 0, applied)
                                : new AppendingTarget(target, columns, applied),
                BeforeOpen.ownPositions(target.eventStore(), MIGRATION),
                lease);
    }

    public SwitchDirection back() {
        return new SwitchDirection(
                MIGRATION,
                tenants,
                target,
                source,
                Positions.APPEND,
                columns,
                () ->
                        new AppendingTarget(
                                source, columns, new AppliedThrough(MIGRATION, target.storeId())),
                BeforeOpen.NOTHING,
                lease);
    }

    /** The tail of one of the ways, from where it has come to. */
    public TenantTail tail(SwitchDirection way) throws SQLException {
        try (Connection to = way.to().open(MIGRATION)) {
            long applied = new AppliedThrough(MIGRATION, way.from().storeId()).read(to).orElse(0);
            return new TenantTail(way.from(), tenants, way.into(), applied + 1, MIGRATION);
        }
    }
}
