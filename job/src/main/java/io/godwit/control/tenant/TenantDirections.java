package io.godwit.control.tenant;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.connector.postgres.eventstore.AppendingTarget;
import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.EventStoreTarget;
import io.godwit.connector.postgres.eventstore.Placement;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.model.MigrationException;
import io.godwit.port.Target;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** The two ways between a migration's stores, as the stores' own decisions say now. */
final class TenantDirections {

    private final MigrationSpec spec;
    private final PostgresEventStoreSpec source;
    private final PostgresEventStoreSpec target;
    private final List<String> columns;

    TenantDirections(MigrationSpec spec) {
        this.spec = spec;
        this.source = (PostgresEventStoreSpec) spec.source();
        this.target = (PostgresEventStoreSpec) spec.target();
        try (Connection connection = source.open(spec.name())) {
            this.columns = StoreSchema.read(connection, source.eventStore()).copiedColumns();
        } catch (SQLException e) {
            throw PostgresErrors.of("Reading the columns of the source", e);
        }
    }

    /** Where the rows lie in the target until a switch has come to pass. */
    Placement placement() {
        try (Connection connection = target.open(spec.name())) {
            return Placement.read(connection, spec.name())
                    .orElseThrow(
                            () ->
                                    MigrationException.refused(
                                            spec.name(),
                                            "The target has no placement of "
                                                    + spec.name()
                                                    + ": nothing was copied. 'godwit migrate SPEC'"
                                                    + " comes first"));
        } catch (SQLException e) {
            throw PostgresErrors.of("Reading the placement in the target", e);
        }
    }

    /**
     * @param placement what {@link #placement} says before the switch
     */
    SwitchDirection forward(Placement placement) {
        return new SwitchDirection(
                spec.name(),
                spec.tenant().tenants(),
                source,
                target,
                placement.mode(),
                columns,
                () -> into(placement),
                BeforeOpen.ownPositions(target.eventStore(), spec.name()),
                lease());
    }

    SwitchDirection back() {
        return new SwitchDirection(
                spec.name(),
                spec.tenant().tenants(),
                target,
                source,
                Positions.APPEND,
                columns,
                () ->
                        new AppendingTarget(
                                source, columns, new AppliedThrough(spec.name(), target.storeId())),
                BeforeOpen.NOTHING,
                lease());
    }

    private Target<StoredEvent> into(Placement placement) {
        AppliedThrough applied = new AppliedThrough(spec.name(), source.storeId());
        return placement.mode() == Positions.APPEND
                ? new AppendingTarget(target, columns, applied)
                : new EventStoreTarget(target, columns, placement.offset(), applied);
    }

    private Duration lease() {
        return Duration.ofMillis(spec.tenant().cutoverTimeoutMs());
    }
}
