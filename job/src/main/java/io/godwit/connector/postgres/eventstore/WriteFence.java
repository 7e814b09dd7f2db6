package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

/**
 * The trigger by which a store's own database holds or refuses a tenant's appends.
 *
 * <p>Promises, once {@link #isInstalled} for a tenant and with a route row that every snapshot sees
 * ({@link OldSnapshots}): an INSERT, a COPY or the inserted rows of an ON CONFLICT or MERGE for
 * this tenant waits while somebody holds the tenant's lock exclusively ({@link TenantSwitch}), and
 * then commits only if the route says that this database takes the tenant's appends. Otherwise it
 * fails with {@link #REFUSED}. REPEATABLE READ and SERIALIZABLE writers that were overtaken by a
 * change of the route fail with 40001, as they do for any row. Rows of tenants that are not fenced
 * end at the trigger's condition ({@link FenceTrigger}).
 *
 * <p>Why nothing slips through: for each row of a fenced tenant the function runs before the end of
 * the statement, so before the commit; it takes the tenant's lock shared until the end of the
 * transaction, and looks at the route after it has it. So for each append either the writer had the
 * lock first, and whoever takes it exclusively sees the committed row; or it came second, and sees
 * a route that is as new as the lock. ROLLBACK TO SAVEPOINT gives back the lock with the row; the
 * next row takes it again, as nothing but the lock is remembered.
 *
 * <p>It looks at the route itself only if it must: while godwit.moves is as it was when the
 * function was written, no tenant has moved that had not moved then (V001__write_fence.sql has the
 * proof). After each cutover, also one that was rolled back, and after a crash of the server,
 * fenced tenants pay for reading the route; {@link #install} ends that.
 *
 * <p>Replacing the trigger leaves no gap: CREATE OR REPLACE and ENABLE ALWAYS are one transaction,
 * whose lock waits for the transactions that have written to the table and keeps others out;
 * whoever gets in after it has the new trigger. Each trigger holds a tenant that is in both of
 * their lists.
 *
 * <p>Partitions have the trigger of their table, also those that are added or attached later. Rows
 * that a logical replication worker applies and rows that an UPDATE moves into another partition
 * are fenced too; session_replication_role does not switch the fence off. Outside of it: an UPDATE
 * that changes the tenant of a row in its place, DELETE and TRUNCATE; detached partitions; children
 * by INHERITS that come later, until {@link #install} runs again, which {@link #isInstalled} tells;
 * and whoever may drop or disable the trigger.
 *
 * <p>The trigger function runs as the role that installed it and names everything with its schema:
 * writers need no right on schema godwit. Godwit's own writes pass by {@link #pass}.
 *
 * <p>Any thread; each call has a session of its own. A crash leaves the trigger as it was or as it
 * is to be, table by table; installing again completes it.
 */
public final class WriteFence {

    /** SQLSTATE of a refused append. */
    public static final String REFUSED = "GW002";

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
    }

    /**
     * Makes the fence hold these tenants and all that have a route here, and no others; creates
     * what is missing for it. Comes before the tenants' routes. Repeatable: if nothing is missing,
     * the event table is not locked. Otherwise writers wait for one lock time-out at most at a
     * time; there are retries.
     */
    public void install(Collection<String> tenants) {
        install(tenants, false);
    }

    /**
     * As {@link #install}, in a store that the tenants are copied into: rows with a pass end at the
     * trigger's condition, until {@link #install} is called after the switch.
     */
    public void installForCopy(Collection<String> tenants) {
        install(tenants, true);
    }

    private void install(Collection<String> tenants, boolean copying) {
        ControlTables.create(store);
        try (Connection connection = store.open(migration)) {
            alone(connection);
            FenceTrigger trigger = FenceTrigger.of(connection, mapping, tenants, copying);
            if (trigger.tenants().isEmpty()) {
                throw new IllegalArgumentException(
                        "No tenant to fence in "
                                + mapping.table()
                                + ": none is named and none has a route; remove() takes the fence"
                                + " away");
            }
            BriefLock brief = new BriefLock(connection);
            brief.run(
                    EventTables.find(connection, "godwit.tenant_route").orElseThrow(),
                    trigger.functionDdl(connection));
            if (trigger.lacking(connection, true).isEmpty()) {
                return;
            }
            for (EventTables.Table table : EventTables.all(connection, mapping)) {
                if (!table.partition()) {
                    brief.run(table, trigger.ddl(connection, table));
                }
            }
            requireEverywhere(trigger.lacking(connection, false));
        } catch (SQLException e) {
            throw PostgresErrors.of("Installing the write fence of " + mapping.table(), e);
        }
    }

    /**
     * True if the event table and each of its partitions have the fence as it should be, for these
     * tenants and all that have a route here.
     */
    public boolean isInstalled(Collection<String> tenants) {
        try (Connection connection = store.open(migration)) {
            return routesExist(connection)
                    && FenceTrigger.of(connection, mapping, tenants, false)
                            .lacking(connection, false)
                            .isEmpty();
        } catch (SQLException e) {
            throw PostgresErrors.of("Looking for the write fence of " + mapping.table(), e);
        }
    }

    /**
     * Takes the trigger away. Refused while a tenant of this database has moved: its late writers
     * would no longer be. The route table stays. To let go of one tenant only, forget its route and
     * {@link #install} the others.
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
                if (!table.partition()) {
                    brief.run(table, FenceTrigger.dropFrom(table));
                }
            }
            EventTables.Table root = EventTables.require(connection, mapping);
            brief.run(root, FenceTrigger.dropFunction(root));
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

    /** One at a time installs or removes; the lock ends with the session. */
    private static void alone(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT pg_advisory_lock(hashtextextended('godwit write fence', 0))");
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

    private void requireEverywhere(List<EventTables.Table> lacking) {
        if (!lacking.isEmpty()) {
            throw MigrationException.refused(
                    mapping.table(),
                    "The write fence of "
                            + mapping.table()
                            + " does not hold in "
                            + lacking.get(0).name()
                            + ": somebody changes the table or its triggers meanwhile; install it"
                            + " again");
        }
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
