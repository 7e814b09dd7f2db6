package io.godwit.job;

import io.godwit.connector.postgres.eventstore.LogicalFeeds;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.RouteRemoval;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.TenantClaims;
import io.godwit.spec.LedgerSpec;
import io.godwit.spec.MigrationSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * The abort of a tenant's migration: the source's routes go first, in one transaction, so that from
 * then on no switch can commit; then eventsource-py's control tables are told; then the target's
 * routes go, and the fences that nobody else needs. The target keeps its rows. Tenants that another
 * active migration has meanwhile are left to it.
 */
final class TenantEnding implements Ending {

    private final MigrationSpec spec;
    private final Ledger ledger;
    private final MigrationRow row;
    private final PostgresEventStoreSpec source;
    private final PostgresEventStoreSpec target;
    private boolean removed;

    TenantEnding(MigrationSpec spec, Ledger ledger, MigrationRow row) {
        this.spec = spec;
        this.ledger = ledger;
        this.row = row;
        this.source = (PostgresEventStoreSpec) spec.source();
        this.target = (PostgresEventStoreSpec) spec.target();
    }

    @Override
    public void decide() throws SQLException {
        try (Connection connection = source.open(row.name())) {
            removed = RouteRemoval.atSource(connection, mine()) > 0;
        }
    }

    @Override
    public boolean release() throws SQLException {
        removed |= tellEventsource();
        List<String> mine = mine();
        try (Connection connection = target.open(row.name())) {
            removed |= RouteRemoval.atTarget(connection, mine) > 0;
            TenantFences.release(target, connection, row.name());
        }
        try (Connection connection = source.open(row.name())) {
            TenantFences.release(source, connection, row.name());
        }
        removed |= LogicalFeeds.drop(source, row.name());
        return removed;
    }

    /** Before the target is asked: one that is gone must not keep the tenants' next one out. */
    private boolean tellEventsource() throws SQLException {
        LedgerSpec at = spec.ledger();
        LedgerDatabase database =
                new LedgerDatabase(
                        at.url(), at.user(), at.password() == null ? null : at.password().reveal());
        try (EventsourceMirror mirror = EventsourceMirror.open(database, spec, row.id())) {
            return mirror.ended(ledger.find(row.name()).orElseThrow());
        }
    }

    private List<String> mine() throws SQLException {
        Map<String, String> taken =
                new TenantClaims(ledger).ofOthers(row.name(), TenantMigration.claims(spec));
        return spec.tenant().tenants().stream().filter(t -> !taken.containsKey(t)).toList();
    }
}
