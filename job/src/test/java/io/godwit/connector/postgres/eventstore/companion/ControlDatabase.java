package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.model.Phase;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** A ledger's database with eventsource-py's control tables, in a session as the ledger has it. */
final class ControlDatabase implements AutoCloseable {

    static final UUID TENANT = UUID.fromString(CompanionStore.ACME);
    static final UUID ID = EventsourceControl.migrationId("move", 7, TENANT);
    static final String CONFIG = "{\"batch_size\": 500}";

    private final Connection session;

    ControlDatabase(TenantStores stores) throws SQLException {
        PostgresDatabase database = stores.newDatabase();
        TenantStores.createControlTables(database);
        session = database.connect();
        run("CREATE SCHEMA godwit");
        run("SET search_path = godwit");
    }

    Connection session() {
        return session;
    }

    EventsourceControl control() throws SQLException {
        return EventsourceControl.find(session).orElseThrow();
    }

    /** With the migration in phase pending. */
    EventsourceControl begun() throws SQLException {
        EventsourceControl control = control();
        control.begin(ID, TENANT, "shared", "dedicated", CONFIG, "move");
        return control;
    }

    /** With the migration in phase dual_write. */
    EventsourceControl following() throws SQLException {
        EventsourceControl control = begun();
        control.phase(ID, Phase.BULK_COPY);
        control.phase(ID, Phase.DUAL_WRITE);
        return control;
    }

    String route() throws SQLException {
        return query(
                "SELECT store_id || ' ' || migration_state || ' '"
                        + " || COALESCE(active_migration_id::text, '-') FROM public.tenant_routing");
    }

    String migration(String column) throws SQLException {
        return query("SELECT " + column + " FROM public.tenant_migrations WHERE id = '" + ID + "'");
    }

    /** Kinds of entries, in order. */
    String audit() throws SQLException {
        return query(
                "SELECT string_agg(concat_ws(':', event_type, old_phase, new_phase), ' ' ORDER BY id)"
                        + " FROM public.migration_audit_log");
    }

    void run(String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }

    String query(String sql) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    @Override
    public void close() throws SQLException {
        session.close();
    }
}
