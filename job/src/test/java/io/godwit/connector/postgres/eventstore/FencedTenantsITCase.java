package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.FencedStore.ACME;
import static io.godwit.connector.postgres.eventstore.FencedStore.MAPPING;
import static io.godwit.connector.postgres.eventstore.FencedStore.OTHER;
import static io.godwit.connector.postgres.eventstore.FencedStore.PATIENCE;
import static io.godwit.connector.postgres.eventstore.FencedStore.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the fence holds, in which partitions, and that it goes on doing so while that changes. */
final class FencedTenantsITCase {

    private static final int MANY = FenceTrigger.MOST_IN_CONDITION + 1;

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, MANY})
    void onlyTheNamedTenantsAreHeld(int tenants) throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.fence().install(others(tenants));
        assertThat(store.fence().isInstalled(List.of())).isTrue();
        assertThat(store.fence().isInstalled(others(tenants))).isTrue();
        assertThat(store.fence().isInstalled(List.of(OTHER))).isFalse();
        store.run(insert(ACME));
        store.moveAway(ACME);
        refused(store, insert(ACME));
        store.run("INSERT INTO events (tenant_id) VALUES (NULL)");
        try (Connection writer = store.begin()) {
            FencedStore.append(writer, OTHER);
            assertThat(locks(store)).as("rows of others take no lock").isEqualTo("0");
            FencedStore.append(writer, others(1).get(0));
            assertThat(locks(store)).isEqualTo("1");
        }
    }

    @Test
    void forgottenTenantIsLetGoByTheNextInstallation() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.moveAway(ACME);
        try (Connection connection = store.connect()) {
            new TenantRoutes(MAPPING).forget(connection, ACME);
        }
        assertThatThrownBy(() -> store.fence().install(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("remove()");
        store.fence().install(List.of(OTHER));
        assertThat(store.fence().isInstalled(List.of(ACME))).isFalse();
        store.run(insert(ACME));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "text|it's $fence$ \"x\" \\ {y} ?",
                "varchar(40)|acme 'n' co",
                "char(8)|acme",
                "bigint|-42",
                "text COLLATE \"C\"|Ümläut"
            })
    void tenantsOfAnyTypeAreHeld(String type, String tenant) throws Exception {
        FencedStore store = FencedStore.plain(server);
        store.run("ALTER TABLE events DROP tenant_id", "ALTER TABLE events ADD tenant_id " + type);
        store.fence().install(List.of(tenant));
        try (Connection connection = store.connect()) {
            new TenantRoutes(MAPPING).prepare(connection, tenant, "shared");
        }
        String append = insert(tenant.replace("'", "''"));
        store.run(append);
        store.moveAway(tenant);
        refused(store, append);
        store.fence().install(List.of());
        refused(store, append);
        store.run("INSERT INTO events (tenant_id) VALUES ('7'), (NULL)");
    }

    @Test
    void tenantThatItsColumnPrintsOtherwiseIsNotInstalled() throws Exception {
        FencedStore store = FencedStore.plain(server);
        assertThatThrownBy(() -> store.fence().install(List.of(ACME.toUpperCase())))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("printed as " + ACME);
    }

    @Test
    void partitionsOfTodayAndTomorrowCannotBeEntered() throws Exception {
        FencedStore store = FencedStore.partitioned(server).prepared();
        store.moveAway(ACME);
        refused(store, insert(ACME));
        refused(store, insert(ACME).replace("events", "events_rest"));
        store.run(
                "CREATE TABLE events_old PARTITION OF events FOR VALUES FROM (MINVALUE) TO"
                        + " ('1990-01-01')",
                "CREATE TABLE events_mid (LIKE events INCLUDING ALL)",
                "ALTER TABLE events ATTACH PARTITION events_mid FOR VALUES FROM ('1990-01-01') TO"
                        + " ('2000-01-01')");
        for (String table : List.of("events_old", "events_mid")) {
            String at = table.endsWith("old") ? "1980-01-01" : "1995-01-01";
            String append =
                    "SET session_replication_role = replica; INSERT INTO %s (tenant_id, at, position) VALUES ('%s', '%s', 1)";
            refused(store, append.formatted(table, ACME, at));
            refused(store, append.formatted("events", ACME, at));
            store.run(append.formatted(table, OTHER, at));
        }
        assertThat(store.fence().isInstalled(List.of())).isTrue();
        store.run("ALTER TABLE events_mid DISABLE TRIGGER " + FenceTrigger.NAME);
        assertThat(store.fence().isInstalled(List.of())).isFalse();
        store.fence().install(List.of());
        assertThat(store.fence().isInstalled(List.of())).isTrue();
        store.run("DELETE FROM godwit.tenant_route");
        store.fence().remove();
        assertThat(store.fence().isInstalled(List.of(ACME))).isFalse();
    }

    @Test
    void childByInheritanceIsNoticedAndFencedByInstallingAgain() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.moveAway(ACME);
        store.run("CREATE TABLE events_child () INHERITS (events)");
        assertThat(store.fence().isInstalled(List.of())).isFalse();
        store.fence().install(List.of());
        refused(store, insert(ACME).replace("events", "events_child"));
    }

    /** The table of the routes is out of reach meanwhile: who reads it fails. */
    @Test
    void routeIsReadOnlyAfterAMoveAndUntilTheNextInstallation() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        unreadable(store, () -> store.run(insert(ACME)));
        try (Connection cutover = store.begin()) {
            TenantSwitch change = new TenantSwitch(MAPPING);
            change.lockExclusively(cutover, ACME, PATIENCE);
            change.move(cutover, ACME, "dedicated");
            cutover.rollback();
        }
        store.run(insert(ACME));
        unreadable(
                store,
                () ->
                        assertThatThrownBy(() -> store.run(insert(ACME)))
                                .hasMessageContaining("tenant_route"));
        store.fence().install(List.of());
        unreadable(store, () -> store.run(insert(ACME)));
    }

    @Test
    void thereIsNoInstantWithoutTheFenceWhileItIsReplaced() throws Exception {
        FencedStore store = FencedStore.partitioned(server).prepared();
        store.moveAway(ACME);
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger refusals = new AtomicInteger();
        List<Waiting<Integer>> writers = new ArrayList<>();
        for (String table : List.of("events", "events_rest")) {
            String append = insert(ACME).replace("events", table);
            writers.add(Waiting.on(() -> appendUntil(stop, store, append, refusals)));
        }
        try {
            for (int i = 0; i < 24; i++) {
                int before = refusals.get();
                store.fence().install(others(i % 3 == 2 ? MANY : i % 3));
                Awaitility.await("the writers go on")
                        .atMost(PATIENCE)
                        .until(() -> refusals.get() > before + 4);
            }
        } finally {
            stop.set(true);
        }
        for (Waiting<Integer> writer : writers) {
            assertThat(writer.result()).as("rows of a tenant that has moved").isZero();
        }
        assertThat(store.query("SELECT count(*) FROM events WHERE tenant_id = '" + ACME + "'"))
                .isEqualTo("0");
    }

    private static int appendUntil(
            AtomicBoolean stop, FencedStore store, String append, AtomicInteger refusals)
            throws SQLException {
        int taken = 0;
        try (Connection writer = store.connect()) {
            while (!stop.get()) {
                FencedStore.append(writer, OTHER);
                try {
                    FencedStore.execute(writer, append);
                    taken++;
                } catch (SQLException e) {
                    if (!WriteFence.REFUSED.equals(e.getSQLState())) {
                        throw e;
                    }
                    refusals.incrementAndGet();
                }
            }
        }
        return taken;
    }

    private interface Act {
        void run() throws SQLException;
    }

    private static void unreadable(FencedStore store, Act act) throws SQLException {
        store.run("ALTER TABLE godwit.tenant_route RENAME TO out_of_reach");
        act.run();
        store.run("ALTER TABLE godwit.out_of_reach RENAME TO tenant_route");
    }

    private static List<String> others(int count) {
        List<String> tenants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            tenants.add(new UUID(7, i).toString());
        }
        return tenants;
    }

    private static String locks(FencedStore store) throws SQLException {
        return store.query(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
                        + " (SELECT oid FROM pg_database WHERE datname = current_database())");
    }

    private static void refused(FencedStore store, String append) {
        assertThatThrownBy(() -> store.run(append))
                .isInstanceOf(SQLException.class)
                .hasFieldOrPropertyWithValue("SQLState", WriteFence.REFUSED);
    }
}
