package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import org.flywaydb.core.Flyway;

/**
 * The trigger by which a store's own database holds or refuses a tenant's appends.
 *
 * <p>Promises, once {@link #isInstalled} and with a route row that every snapshot sees ({@link
 * OldSnapshots}): an INSERT, a COPY or the inserted rows of an ON CONFLICT or MERGE for a tenant
 * that has a route row waits while somebody holds the tenant's lock exclusively ({@link
 * TenantSwitch}), and then commits only if the route says that this database takes the tenant's
 * appends. Otherwise it fails with {@link #REFUSED}. REPEATABLE READ and SERIALIZABLE writers that
 * were overtaken by a change of the route fail with 40001, as they do for any row. Tenants without
 * a route row are never held.
 *
 * <p>Why nothing slips through: the trigger runs before the writer's commit, takes the lock shared
 * until the end of the transaction and reads the route after it has it. So for each append either
 * the writer had the lock first, and whoever takes it exclusively sees the committed row; or it
 * came second, and reads a route that is as new as the lock.
 *
 * <p>Outside of it: an UPDATE that changes the tenant of a row, DELETE and TRUNCATE; rows that a
 * logical replication worker applies (PostgreSQL fires no statement triggers there); partitions
 * that are added later and inserted into by their own name, until {@link #install} runs again,
 * which {@link #isInstalled} tells; and whoever may drop or disable the trigger.
 * session_replication_role does not switch it off.
 *
 * <p>The trigger function runs as the role that installed it, with a fixed search path: writers
 * need no right on schema godwit. Godwit's own writes pass by {@link #pass}.
 *
 * <p>Any thread; each call has a session of its own. A crash leaves some tables with the trigger
 * and some without; installing again completes it.
 */
public final class WriteFence {

    /** SQLSTATE of a refused append. */
    public static final String REFUSED = "GW002";

    static final String TRIGGER = "godwit_write_fence";
    private static final String FUNCTION_PREFIX = "fence_";
    private static final int LONGEST_NAME = 63;

    private final PostgresEventStoreSpec store;
    private final EventStoreMapping mapping;
    private final String migration;

    /**
     * @param migration names the sessions
     */
    public WriteFence(PostgresEventStoreSpec store, String migration) {
        this.store = store;
        this.mapping = store.eventStore();
        this.migration = Objects.requireNonNull(migration, "migration");
        if (FUNCTION_PREFIX.length() + mapping.tenantId().length() > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "event_store.tenant_id is longer than "
                            + (LONGEST_NAME - FUNCTION_PREFIX.length())
                            + " characters: "
                            + mapping.tenantId());
        }
    }

    /**
     * Creates what is missing: schema godwit, the route table, the trigger on the event table and
     * on each partition. Writers wait for one lock time-out at most at a time; there are retries.
     */
    public void install() {
        createSchema();
        try (Connection connection = store.open(migration)) {
            alone(connection);
            EventTables.typeOf(connection, mapping, mapping.tenantId());
            String function = createFunction(connection);
            BriefLock brief = new BriefLock(connection);
            for (EventTables.Table table : unfenced(connection)) {
                brief.run(
                        table,
                        "DROP TRIGGER IF EXISTS " + TRIGGER + " ON " + table.name(),
                        "CREATE TRIGGER "
                                + TRIGGER
                                + " AFTER INSERT ON "
                                + table.name()
                                + " REFERENCING NEW TABLE AS godwit_added FOR EACH STATEMENT"
                                + " EXECUTE FUNCTION godwit."
                                + EventStoreMapping.quoted(function)
                                + "()",
                        "ALTER TABLE " + table.name() + " ENABLE ALWAYS TRIGGER " + TRIGGER);
            }
        } catch (SQLException e) {
            throw PostgresErrors.of("Installing the write fence of " + mapping.table(), e);
        }
    }

    /** True if the event table and each of its partitions have the fence as it should be. */
    public boolean isInstalled() {
        try (Connection connection = store.open(migration)) {
            return routesExist(connection) && unfenced(connection).isEmpty();
        } catch (SQLException e) {
            throw PostgresErrors.of("Looking for the write fence of " + mapping.table(), e);
        }
    }

    /**
     * Takes the trigger away. Refused while a tenant of this database has moved: its late writers
     * would no longer be. The route table stays.
     */
    public void remove() {
        try (Connection connection = store.open(migration)) {
            if (!routesExist(connection)) {
                return;
            }
            alone(connection);
            refuseWhileMoved(connection);
            BriefLock brief = new BriefLock(connection);
            for (EventTables.Table table : EventTables.all(connection, mapping)) {
                brief.run(table, "DROP TRIGGER IF EXISTS " + TRIGGER + " ON " + table.name());
            }
        } catch (SQLException e) {
            throw PostgresErrors.of("Removing the write fence of " + mapping.table(), e);
        }
    }

    /**
     * Lets the writes of the running transaction pass, for Godwit's own copying. It ends with the
     * transaction, and works only in sessions of the role that installed the fence (or a member of
     * it).
     *
     * @param connection not in autocommit
     */
    public static void pass(Connection connection, String migration) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "A pass ends with its transaction; autocommit must be off");
        }
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT godwit.pass_write_fence(?)")) {
            statement.setString(1, migration);
            statement.execute();
        }
    }

    private void createSchema() {
        Flyway.configure(WriteFence.class.getClassLoader())
                .dataSource(
                        store.url(),
                        store.user(),
                        store.password() == null ? null : store.password().reveal())
                .schemas("godwit")
                .defaultSchema("godwit")
                .createSchemas(true)
                .table("eventstore_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .locations("classpath:sql/eventstore")
                .load()
                .migrate();
    }

    /** One at a time installs or removes; the lock ends with the session. */
    private static void alone(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(hashtextextended('godwit write fence', 0))");
        }
    }

    private String createFunction(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT godwit.create_fence(CAST(? AS name))")) {
            statement.setString(1, mapping.tenantId());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private static boolean routesExist(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT to_regclass('godwit.tenant_route') IS NOT NULL")) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private List<EventTables.Table> unfenced(Connection connection) throws SQLException {
        String sql =
                """
                SELECT t.tgrelid
                FROM pg_trigger t
                JOIN pg_proc f ON f.oid = t.tgfoid
                JOIN pg_namespace n ON n.oid = f.pronamespace
                WHERE t.tgname = ? AND t.tgenabled = 'A' AND n.nspname = 'godwit'
                    AND f.proname = ? AND f.prosecdef
                """;
        List<EventTables.Table> tables = EventTables.all(connection, mapping);
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, TRIGGER);
            statement.setString(2, FUNCTION_PREFIX + mapping.tenantId());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long fenced = rows.getLong(1);
                    tables.removeIf(table -> table.oid() == fenced);
                }
            }
        }
        return tables;
    }

    private static void refuseWhileMoved(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT tenant_id, store_id FROM godwit.tenant_route"
                                        + " WHERE state = 'moved' ORDER BY tenant_id LIMIT 1")) {
            if (rows.next()) {
                throw MigrationException.refused(
                        rows.getString(1),
                        "The write fence stays: tenant "
                                + rows.getString(1)
                                + " has moved to store "
                                + rows.getString(2)
                                + ", and without the fence a late writer's events would land here"
                                + " unseen; forget the tenant's route first");
            }
        }
    }
}
