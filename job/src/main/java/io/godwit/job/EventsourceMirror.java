package io.godwit.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.companion.EventsourceControl;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
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

    /** Null where there are no tables; then there are no ids either. */
    private final EventsourceControl control;

    private final long ledgerId;
    private final Map<String, UUID> ids = new LinkedHashMap<>();

    private EventsourceMirror(
            MigrationSpec spec, long ledgerId, Connection connection, EventsourceControl control) {
        this.spec = spec;
        this.ledgerId = ledgerId;
        this.connection = connection;
        this.control = control;
    }

    /**
     * @param ledgerId the migration's row
     */
    public static EventsourceMirror open(LedgerDatabase database, MigrationSpec spec, long ledgerId)
            throws SQLException {
        Connection connection = database.connect();
        try {
            EventsourceMirror mirror =
                    new EventsourceMirror(
                            spec,
                            ledgerId,
                            connection,
                            EventsourceControl.find(connection).orElse(null));
            mirror.findMigrations();
            return mirror;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * The migrations there, by tenant. What is completed stays completed there, so that each time
     * that a tenant went back, another migration of it begins for these tables.
     */
    private void findMigrations() throws SQLException {
        if (control == null) {
            return;
        }
        for (String tenant : spec.tenant().tenants()) {
            Optional<UUID> id = EventsourceControl.tenant(tenant);
            if (id.isPresent()) {
                ids.put(tenant, latest(id.get()));
            }
        }
    }

    private UUID latest(UUID tenant) throws SQLException {
        for (int round = 0; ; round++) {
            String name = round == 0 ? spec.name() : spec.name() + "#" + round;
            UUID id = EventsourceControl.migrationId(name, ledgerId, tenant);
            if (!control.isOver(id)) {
                return id;
            }
        }
    }

    private interface Step {
        void on(EventsourceControl tables, UUID id) throws SQLException;
    }

    private void each(Step step) throws SQLException {
        for (UUID id : ids.values()) {
            step.on(control, id);
        }
    }

    private void one(String tenant, Step step) throws SQLException {
        if (ids.containsKey(tenant)) {
            step.on(control, ids.get(tenant));
        }
    }

    /** The session, on which a cutover lock may be taken. */
    public Connection session() {
        return connection;
    }

    /** A job of the migration begins, or a cutover, perhaps after tenants went back. */
    public void began() throws SQLException {
        findMigrations();
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

    /** Nothing is left to tell where an earlier run has told it: the next one has not begun. */
    public void rolledBack(String tenant, String reason) throws SQLException {
        one(
                tenant,
                (tables, id) -> {
                    if (tables.phaseOf(id).isPresent()) {
                        tables.rolledBack(id, reason);
                    }
                });
    }

    /**
     * Follows the ledger's migration, which was aborted or has failed. What was never begun here,
     * or has ended here before, is left as it is.
     *
     * @return whether there was anything to tell
     */
    public boolean ended(MigrationRow row) throws SQLException {
        boolean told = false;
        for (UUID id : ids.values()) {
            if (control.phaseOf(id).map(Phase::terminal).orElse(true)) {
                continue;
            }
            switch (row.phase()) {
                case ABORTED -> control.aborted(id, row.reason());
                case FAILED -> control.failed(id, row.reason());
                case PENDING, BULK_COPY, DUAL_WRITE, CUTOVER, COMPLETED ->
                        throw new IllegalStateException(
                                row.name() + " is " + row.phase() + ": neither aborted nor failed");
            }
            told = true;
        }
        return told;
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
