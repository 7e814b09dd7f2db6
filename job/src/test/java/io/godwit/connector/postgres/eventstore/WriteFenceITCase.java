package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.FencedStore.ACME;
import static io.godwit.connector.postgres.eventstore.FencedStore.MAPPING;
import static io.godwit.connector.postgres.eventstore.FencedStore.OTHER;
import static io.godwit.connector.postgres.eventstore.FencedStore.append;
import static io.godwit.connector.postgres.eventstore.FencedStore.execute;
import static io.godwit.connector.postgres.eventstore.FencedStore.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.testkit.PostgresServer;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What the fence refuses, from whom, and what it leaves alone. */
final class WriteFenceITCase {

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void movedTenantIsRefusedByNameAndOthersAreNot() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.run(insert(ACME));
        store.moveAway(ACME);
        assertThatThrownBy(() -> store.run(insert(ACME)))
                .isInstanceOf(SQLException.class)
                .hasFieldOrPropertyWithValue("SQLState", WriteFence.REFUSED)
                .hasMessageContaining("tenant " + ACME + " has moved to store dedicated (epoch 2)");
        store.run(insert(OTHER), "INSERT INTO events (tenant_id) VALUES (NULL)");
        refused(() -> store.run(insert(OTHER) + ", ('" + ACME + "')"));
        assertThat(store.query("SELECT count(*) FROM events")).isEqualTo("3");
    }

    @Test
    void copyAndOnConflictAreFencedToo() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.moveAway(ACME);
        refused(() -> store.run(insert(ACME) + " ON CONFLICT (id) DO NOTHING"));
        refused(() -> store.run("INSERT INTO events (tenant_id) SELECT '" + ACME + "'"));
        try (Connection writer = store.connect()) {
            refused(
                    () ->
                            writer.unwrap(PGConnection.class)
                                    .getCopyAPI()
                                    .copyIn(
                                            "COPY events (tenant_id) FROM STDIN",
                                            new StringReader(ACME + "\n")));
        }
    }

    @Test
    void replicationRoleDoesNotSwitchTheFenceOff() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.moveAway(ACME);
        refused(() -> store.run("SET session_replication_role = replica", insert(ACME)));
    }

    @Test
    void disabledTriggerIsNotInstalled() throws Exception {
        FencedStore store = FencedStore.plain(server);
        assertThat(isInstalled(store)).isFalse();
        store.prepared();
        assertThat(isInstalled(store)).isTrue();
        store.run("ALTER TABLE events DISABLE TRIGGER " + FenceTrigger.NAME);
        assertThat(isInstalled(store)).isFalse();
        store.fence().install(List.of(ACME));
        assertThat(isInstalled(store)).isTrue();
    }

    @Test
    void writerNeedsNoRightOnTheSchema() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        String role = writerRole(store);
        try (Connection writer = as(store, role)) {
            append(writer, ACME);
            assertThatThrownBy(() -> execute(writer, "TABLE godwit.tenant_route"))
                    .hasMessageContaining("permission denied");
        }
        store.moveAway(ACME);
        try (Connection writer = as(store, role)) {
            refused(() -> append(writer, ACME));
        }
    }

    @Test
    void passEndsWithItsTransaction() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.moveAway(ACME);
        try (Connection godwit = store.begin()) {
            WriteFence.pass(godwit, "acme-out");
            append(godwit, ACME);
            godwit.commit();
            refused(() -> append(godwit, ACME));
            godwit.rollback();
            // What a pooler that keeps settings would leave behind.
            WriteFence.pass(godwit, "acme-out");
            String left = FencedStore.query(godwit, "SELECT current_setting('godwit.migration')");
            godwit.rollback();
            execute(godwit, "SET godwit.migration = '" + left + "'");
            refused(() -> append(godwit, ACME));
            godwit.rollback();
            godwit.setAutoCommit(true);
            assertThatThrownBy(() -> WriteFence.pass(godwit, "acme-out"))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void applicationCannotMakeAPass() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.moveAway(ACME);
        String role = writerRole(store);
        try (Connection writer = as(store, role)) {
            writer.setAutoCommit(false);
            assertThatThrownBy(() -> WriteFence.pass(writer, "acme-out"))
                    .hasMessageContaining("permission denied");
            writer.rollback();
            execute(
                    writer,
                    "SELECT set_config('godwit.migration', pg_current_xact_id() || ':x', true)");
            refused(() -> append(writer, ACME));
        }
    }

    @Test
    void whereACopyGoesPassesEndAtTheConditionAndNothingElseDoes() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.moveAway(ACME);
        String role = writerRole(store);
        assertThat(callsForARowWithAPass(store)).isEqualTo("1");
        store.fence().installForCopy(List.of(ACME));
        assertThat(callsForARowWithAPass(store)).isNull();
        try (Connection godwit = store.begin()) {
            WriteFence.pass(godwit, "acme-out");
            godwit.commit();
            refused(() -> append(godwit, ACME));
        }
        refused(() -> store.run(insert(OTHER) + ", ('" + ACME + "')"));
        try (Connection writer = as(store, role)) {
            writer.setAutoCommit(false);
            execute(
                    writer,
                    "SELECT set_config('godwit.migration', pg_current_xact_id() || ':x', true)");
            refused(() -> append(writer, ACME));
        }
        assertThat(isInstalled(store)).isTrue();
        assertThat(condition(store)).contains("pg_has_role");
        store.fence().install(List.of(ACME));
        assertThat(condition(store)).doesNotContain("pg_has_role");
    }

    private static String callsForARowWithAPass(FencedStore store) throws SQLException {
        try (Connection godwit = store.begin()) {
            execute(godwit, "SET LOCAL track_functions = 'all'");
            WriteFence.pass(godwit, "acme-out");
            append(godwit, ACME);
            return FencedStore.query(
                    godwit,
                    "SELECT calls FROM pg_stat_xact_user_functions WHERE funcname LIKE 'fence\\_%'");
        }
    }

    private static String condition(FencedStore store) throws SQLException {
        return store.query(
                "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = '"
                        + FenceTrigger.NAME
                        + "'");
    }

    /** What a session finds first under a plain name must not run as the fence's owner. */
    @Test
    void applicationCannotPutItsOwnFunctionsUnderTheFence() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        String role = writerRole(store);
        store.run(
                "CREATE SCHEMA own AUTHORIZATION " + role,
                "GRANT CREATE ON DATABASE "
                        + store.query("SELECT current_database()")
                        + " TO "
                        + role);
        store.moveAway(ACME);
        try (Connection writer = as(store, role)) {
            for (String type : List.of("text", "bigint", "integer", "jsonb")) {
                execute(
                        writer,
                        "CREATE FUNCTION own.spoil(a %1$s, b %1$s) RETURNS boolean LANGUAGE sql AS 'SELECT false'"
                                .formatted(type));
                for (String operator : List.of("=", "<>", ">", "?")) {
                    execute(
                            writer,
                            "CREATE OPERATOR own.%s (FUNCTION = own.spoil, LEFTARG = %2$s, RIGHTARG = %2$s)"
                                    .formatted(operator, type));
                }
            }
            execute(writer, "CREATE DOMAIN own.text AS integer");
            execute(writer, "CREATE DOMAIN pg_temp.text AS integer");
            execute(
                    writer,
                    "CREATE FUNCTION own.texteq(pg_catalog.text, pg_catalog.text) RETURNS boolean LANGUAGE sql"
                            + " AS 'SELECT false'");
            execute(writer, "SET search_path = own, public, pg_catalog");
            refused(() -> append(writer, ACME));
        }
    }

    @Test
    void fenceOfMovedTenantStays() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.moveAway(ACME);
        assertThatThrownBy(() -> store.fence().remove())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining(ACME)
                .hasMessageContaining("dedicated");
        try (Connection connection = store.connect()) {
            new TenantRoutes(MAPPING).forget(connection, ACME);
        }
        store.fence().remove();
        assertThat(isInstalled(store)).isFalse();
        store.run(insert(ACME));
    }

    @Test
    void busyTableIsGivenUpWithTheNameOfWhoHoldsIt() throws Exception {
        FencedStore store = FencedStore.plain(server);
        try (Connection writer = store.begin();
                Connection installer = store.connect()) {
            append(writer, ACME);
            EventTables.Table table = EventTables.require(installer, MAPPING);
            assertThatThrownBy(
                            () ->
                                    new BriefLock(installer, 2)
                                            .run(table, "ALTER TABLE events ADD CHECK (v > 0)"))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("pid " + FencedStore.pid(writer));
            // Other writers were let through, and still are.
            store.run("SET lock_timeout = '2s'", insert(OTHER));
        }
    }

    private static boolean isInstalled(FencedStore store) {
        return store.fence().isInstalled(List.of(ACME));
    }

    private static String writerRole(FencedStore store) throws SQLException {
        String role = "writer_" + store.query("SELECT current_database()");
        store.run(
                "CREATE ROLE " + role + " LOGIN PASSWORD 'w'",
                "GRANT INSERT, SELECT ON events TO " + role,
                "GRANT USAGE ON SEQUENCE events_position_seq TO " + role);
        return role;
    }

    private static Connection as(FencedStore store, String role) throws SQLException {
        return DriverManager.getConnection(store.url(), role, "w");
    }

    private static void refused(ThrowingCallable append) {
        assertThatThrownBy(append)
                .isInstanceOf(SQLException.class)
                .hasFieldOrPropertyWithValue("SQLState", WriteFence.REFUSED);
    }
}
