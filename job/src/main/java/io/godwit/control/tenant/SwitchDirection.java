package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.connector.postgres.eventstore.WriteFence;
import io.godwit.port.TargetFactory;
import io.godwit.spec.Positions;
import java.time.Duration;
import java.util.List;

/**
 * From which store to which a tenant is switched: forward at a cutover, back at a rollback.
 *
 * @param migration names the sessions, and the flows
 * @param tenants all of the migration
 * @param from the store that is left
 * @param to the other one
 * @param positions where an event lies in {@code to}; appended ones have to come in order
 * @param columns what is copied, the position first
 * @param into applies events of {@code from} to {@code to}
 * @param beforeOpen what has to be true of {@code to} before it takes appends
 * @param lease longest pause of the tenant's writers; the server keeps to it, too
 */
public record SwitchDirection(
        String migration,
        List<String> tenants,
        PostgresEventStoreSpec from,
        PostgresEventStoreSpec to,
        Positions positions,
        List<String> columns,
        TargetFactory<StoredEvent> into,
        BeforeOpen beforeOpen,
        Duration lease) {

    public SwitchDirection {
        tenants = List.copyOf(tenants);
        columns = List.copyOf(columns);
    }

    /**
     * @param some of the tenants
     */
    EventTableLog log(List<String> some) {
        return new EventTableLog(from, columns, some, migration).ofRecentEvents();
    }

    /** After a switch: until they are installed again, both fences take a longer way. */
    void fence() {
        new WriteFence(from, migration).install(tenants);
        new WriteFence(to, migration).install(tenants);
    }

    /** How far the flow that is about to end has come, as {@code to} knows. */
    AppliedThrough forth() {
        return new AppliedThrough(migration, from.storeId());
    }

    /** Where the flow back begins, as {@code from} knows. */
    AppliedThrough back() {
        return new AppliedThrough(migration, to.storeId());
    }

    /**
     * The last position that one tenant had in {@code from} when it left; what the flow back brings
     * later lies above it.
     */
    AppliedThrough left(String tenant) {
        return new AppliedThrough(migration + "/" + tenant, from.storeId());
    }

    /** What {@code to} has of one tenant from {@code from}; above it are events of its own. */
    AppliedThrough copied(String tenant) {
        return new AppliedThrough(migration + "/" + tenant, to.storeId());
    }
}
