package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.FencedStore.ACME;
import static io.godwit.connector.postgres.eventstore.FencedStore.MAPPING;
import static io.godwit.connector.postgres.eventstore.FencedStore.OTHER;
import static io.godwit.connector.postgres.eventstore.FencedStore.PATIENCE;
import static io.godwit.connector.postgres.eventstore.FencedStore.append;
import static io.godwit.connector.postgres.eventstore.FencedStore.execute;
import static io.godwit.connector.postgres.eventstore.FencedStore.pid;
import static io.godwit.connector.postgres.eventstore.FencedStore.query;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.OldSnapshots.Session;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may append without the tenant's lock, because the route was not there when it looked. */
final class OldSnapshotsITCase {

    private static final OldSnapshots OLD = new OldSnapshots(MAPPING);
    private static final TenantRoutes ROUTES = new TenantRoutes(MAPPING);
    private static final Duration SHORT = Duration.ofMillis(50);

    private static PostgresServer server;
    private FencedStore store;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(Map.of("max_prepared_transactions", "10"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void install() throws SQLException {
        store = FencedStore.plain(server);
        // Appends of a fenced tenant have its lock; these tests are of those that have not.
        store.fence().install(List.of(OTHER));
    }

    @Test
    void appendThatIsOpenWhenTheRouteComesIsWaitedFor() throws Exception {
        try (Connection writer = store.begin();
                Connection godwit = store.connect()) {
            appendAndRest(writer);
            ROUTES.prepare(godwit, ACME, "shared");
            assertThat(pids(godwit)).containsExactly(pid(writer));
            assertThat(lockIsFree()).as("the append has no lock, so only waiting helps").isTrue();
            try (Waiting<List<Session>> wait =
                    Waiting.on(() -> OLD.await(godwit, ACME, PATIENCE)).awaitParked()) {
                writer.commit();
                assertThat(wait.result()).isEmpty();
            }
        }
    }

    /** Its id is above that of the row's insertion: that is why there is a second transaction. */
    @Test
    void appendOfWhileTheRouteIsInsertedIsWaitedFor() throws SQLException {
        try (Connection first = store.begin();
                Connection writer = store.begin();
                Connection godwit = store.connect()) {
            execute(
                    first,
                    "INSERT INTO godwit.tenant_route (tenant_id, store_id, epoch, state) VALUES ('"
                            + ACME
                            + "', 'shared', 0, 'open')");
            appendAndRest(writer);
            first.commit();
            assertThat(ROUTES.prepare(godwit, ACME, "shared").epoch()).isEqualTo(1);
            assertThat(pids(godwit)).containsExactly(pid(writer));
        }
    }

    @Test
    void snapshotOfBeforeTheRouteIsWaitedForAndLaterOnesAreNot() throws Exception {
        try (Connection old = store.connect();
                Connection young = store.connect();
                Connection godwit = store.connect()) {
            for (Connection reader : List.of(old, young)) {
                reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                reader.setAutoCommit(false);
            }
            int pid = pid(old);
            ROUTES.prepare(godwit, ACME, "shared");
            append(young, ACME);
            assertThat(pids(godwit)).containsExactly(pid);
            assertThat(OLD.await(godwit, ACME, SHORT))
                    .extracting(Session::pid)
                    .containsExactly(pid);
            append(old, ACME);
            old.commit();
            assertThat(pids(godwit)).isEmpty();
        }
    }

    @Test
    void idleTransactionsWithoutASnapshotAreNotWaitedFor() throws Exception {
        try (Connection idle = store.begin();
                Connection godwit = store.connect()) {
            query(idle, "SELECT count(*) FROM events");
            // Ends the query's portal, which keeps its snapshot.
            execute(idle, "SAVEPOINT s");
            ROUTES.prepare(godwit, ACME, "shared");
            assertThat(OLD.list(godwit, ACME)).isEmpty();
        }
    }

    @Test
    void oldSnapshotThatIsPreparedIsWaitedFor() throws Exception {
        String name = "p_" + store.query("SELECT current_database()");
        try (Connection old = store.connect();
                Connection godwit = store.connect()) {
            execute(old, "BEGIN ISOLATION LEVEL REPEATABLE READ");
            query(old, "SELECT count(*) FROM events");
            ROUTES.prepare(godwit, ACME, "shared");
            append(old, ACME);
            execute(old, "PREPARE TRANSACTION '" + name + "'");
            assertThat(OLD.list(godwit, ACME))
                    .extracting(Session::application)
                    .containsExactly(name);
            assertThat(OLD.await(godwit, ACME, SHORT)).hasSize(1);
            execute(old, "COMMIT PREPARED '" + name + "'");
            assertThat(OLD.list(godwit, ACME)).isEmpty();
            // One that has the tenant's lock is the lock's affair.
            store.fence().install(List.of(ACME));
            execute(old, "BEGIN");
            append(old, ACME);
            execute(old, "PREPARE TRANSACTION '" + name + "'");
            assertThat(OLD.list(godwit, ACME)).isEmpty();
            execute(old, "ROLLBACK PREPARED '" + name + "'");
        }
    }

    /** An old writer of another database makes every snapshot of today look old. */
    @Test
    void waitEndsThoughNewSnapshotsLookOld() throws Exception {
        FencedStore elsewhere = FencedStore.plain(server);
        try (Connection foreign = elsewhere.begin();
                Connection before = store.connect();
                Connection after = store.connect();
                Connection godwit = store.connect()) {
            append(foreign, ACME);
            before.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            before.setAutoCommit(false);
            query(before, "SELECT count(*) FROM events");
            ROUTES.prepare(godwit, ACME, "shared");
            try (Waiting<List<Session>> wait =
                    Waiting.on(() -> OLD.await(godwit, ACME, PATIENCE)).awaitParked()) {
                after.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                after.setAutoCommit(false);
                query(after, "SELECT count(*) FROM events");
                before.commit();
                assertThat(wait.result()).isEmpty();
            }
            assertThat(pids(godwit)).containsExactly(pid(after));
        }
    }

    /**
     * Leaves the transaction with an id and without a snapshot, which an open portal would keep.
     */
    private static void appendAndRest(Connection writer) throws SQLException {
        append(writer, ACME);
        execute(writer, "SAVEPOINT s");
    }

    private boolean lockIsFree() throws SQLException {
        try (Connection connection = store.begin()) {
            return new TenantSwitch(MAPPING).lockExclusively(connection, ACME, SHORT);
        }
    }

    private static List<Integer> pids(Connection godwit) throws SQLException {
        return OLD.list(godwit, ACME).stream().map(Session::pid).toList();
    }
}
