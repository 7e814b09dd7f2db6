package io.godwit.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.companion.EventsourceControl;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.Switches;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.TenantOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Tells eventsource-py's control tables of a migration of tenants, where the ledger's database has
 * them; where it has not, nothing happens. Every call can be repeated. Used by one thread.
 */
public final class EventsourceMirror implements AutoCloseable {

    private final MigrationSpec spec;
    private final Connection connection;
    private final Optional<EventsourceControl> control;
    private final Map<String, UUID> ids = new LinkedHashMap<>();

    private EventsourceMirror(
            MigrationSpec spec, String round, long ledgerId, Connection connection)
            throws SQLException {
        this.spec = spec;
        this.connection = connection;
        this.control = EventsourceControl.find(connection);
        for (String tenant : spec.tenant().tenants()) {
            EventsourceControl.tenant(tenant)
                    .ifPresent(
                            id ->
                                    ids.put(
                                            tenant,
                                            EventsourceControl.migrationId(round, ledgerId, id)));
        }
    }

    /**
     * Each time that a migration was rolled back, another one begins for these tables: there, what
     * is completed stays completed.
     *
     * @param ledgerId the migration's row
     */
    public static EventsourceMirror open(LedgerDatabase database, MigrationSpec spec, long ledgerId)
            throws SQLException {
        int rollbacks;
        try (Ledger ledger = new Ledger(database)) {
            rollbacks = new Switches(ledger).rollbacks(ledgerId);
        }
        String round = rollbacks == 0 ? spec.name() : spec.name() + "#" + rollbacks;
        Connection connection = database.connect();
        try {
            return new EventsourceMirror(spec, round, ledgerId, connection);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private interface Step {
        void on(EventsourceControl tables, UUID id) throws SQLException;
    }

    private void each(Step step) throws SQLException {
        if (control.isPresent()) {
            for (UUID id : ids.values()) {
                step.on(control.get(), id);
            }
        }
    }

    private void one(String tenant, Step step) throws SQLException {
        if (control.isPresent() && ids.containsKey(tenant)) {
            step.on(control.get(), ids.get(tenant));
        }
    }

    /** The session, on which a cutover lock may be taken. */
    public Connection session() {
        return connection;
    }

    /** A job of the migration begins. */
    public void began() throws SQLException {
        String from = ((PostgresEventStoreSpec) spec.source()).storeId();
        String to = ((PostgresEventStoreSpec) spec.target()).storeId();
        for (String tenant : ids.keySet()) {
            one(
                    tenant,
                    (tables, id) ->
                            tables.begin(
                                    id, UUID.fromString(tenant), from, to, config(), spec.name()));
        }
    }

    /** Follows into a phase; one that is behind it already is left as it is. */
    public void phase(Phase to) throws SQLException {
        each(
                (tables, id) -> {
                    Phase now = tables.phaseOf(id).orElse(to);
                    if (now.ordinal() < to.ordinal()) {
                        tables.phase(id, to);
                    }
                });
    }

    /**
     * @param words what was measured, for the audit
     */
    public void switched(String tenant, String words) throws SQLException {
        String details = JsonNodeFactory.instance.objectNode().put("switch", words).toString();
        one(tenant, (tables, id) -> tables.switched(id, details));
    }

    public void cutoverRolledBack(String reason) throws SQLException {
        each((tables, id) -> tables.cutoverRolledBack(id, reason));
    }

    public void rolledBack(String tenant, String reason) throws SQLException {
        one(tenant, (tables, id) -> tables.rolledBack(id, reason));
    }

    public void ended(Phase phase, String reason) throws SQLException {
        each(
                (tables, id) -> {
                    if (phase == Phase.FAILED) {
                        tables.failed(id, reason);
                    } else {
                        tables.aborted(id, reason);
                    }
                });
    }

    /** With eventsource-py's keys. */
    private String config() {
        TenantOptions options = spec.tenant();
        return """
               {"batch_size": %d, "max_bulk_copy_rate": %d, "cutover_max_lag_events": %d,\
                "cutover_timeout_ms": %d, "position_mapping_enabled": %b,\
                "verify_consistency": %b, "migrate_subscriptions": %b}"""
                .formatted(
                        spec.batchSize(),
                        spec.maxBulkCopyRate(),
                        options.cutoverMaxLagEvents(),
                        options.cutoverTimeoutMs(),
                        options.positionMappingEnabled(),
                        options.verifyConsistency(),
                        options.migrateSubscriptions());
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
