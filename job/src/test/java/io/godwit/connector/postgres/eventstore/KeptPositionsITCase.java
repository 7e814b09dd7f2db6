package io.godwit.connector.postgres.eventstore;

import io.godwit.port.Target;

/** {@link EventStoreTarget} keeps the contract. */
final class KeptPositionsITCase extends TenantTargetContract {

    @Override
    Target<StoredEvent> target(TenantFlow flow) {
        return new EventStoreTarget(flow.targetSpec(), flow.columns(), 0, TenantFlow.APPLIED);
    }
}
