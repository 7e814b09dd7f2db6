package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.FencedStore.ACME;
import static io.godwit.connector.postgres.eventstore.FencedStore.MAPPING;
import static io.godwit.connector.postgres.eventstore.FencedStore.OTHER;
import static io.godwit.connector.postgres.eventstore.FencedStore.PATIENCE;
import static io.godwit.connector.postgres.eventstore.FencedStore.append;
import static io.godwit.connector.postgres.eventstore.FencedStore.insert;
import static io.godwit.connector.postgres.eventstore.FencedStore.pid;
import static io.godwit.connector.postgres.eventstore.FencedStore.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Writers against a cutover, in the orders that lose events if the protocol is built otherwise.
 * Each of these is run once as it is built and once spoiled, where the loss must be seen: a test
 * that cannot see it proves nothing.
 */
final class CutoverRacesITCase {

    private static final TenantSwitch SWITCH = new TenantSwitch(MAPPING);
    private static final String LOCK = "pg_catalog.pg_advisory_xact_lock_shared(";
    private static final String NUMBER =
            "pg_catalog.int8eq(pg_catalog.pg_sequence_last_value('godwit.moves'), 1)";

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
    void openAppendIsWaitedFor() throws Exception {
        assertThat(lostByAnOpenAppend(FencedStore.plain(server).prepared(), true)).isZero();
    }

    @Test
    void withoutTheLockAnOpenAppendIsLost() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.spoilFence(LOCK, "pg_catalog.to_jsonb(");
        assertThat(lostByAnOpenAppend(store, true)).isEqualTo(1);
    }

    @Test
    void positionOfBeforeTheLockLosesAnOpenAppend() throws Exception {
        assertThat(lostByAnOpenAppend(FencedStore.plain(server).prepared(), false)).isEqualTo(1);
    }

    @Test
    void positionAndMoveAreRefusedBeforeTheLock() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        try (Connection cutover = store.begin()) {
            assertThatThrownBy(() -> SWITCH.lastPosition(cutover, ACME))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("lockExclusively comes first");
            SWITCH.lockExclusively(cutover, OTHER, PATIENCE);
            assertThatThrownBy(() -> SWITCH.move(cutover, ACME, "dedicated"))
                    .isInstanceOf(IllegalStateException.class);
            cutover.setAutoCommit(true);
            assertThatThrownBy(() -> SWITCH.lockExclusively(cutover, ACME, PATIENCE))
                    .isInstanceOf(IllegalStateException.class);
            cutover.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            cutover.setAutoCommit(false);
            assertThatThrownBy(() -> SWITCH.lockExclusively(cutover, ACME, PATIENCE))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void waitingAppendIsRefusedAfterTheSwitch() throws Exception {
        String state =
                overtakenAppend(
                        FencedStore.plain(server).prepared(),
                        Connection.TRANSACTION_READ_COMMITTED,
                        true);
        assertThat(state).isEqualTo(WriteFence.REFUSED);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void writerWithAnOldSnapshotIsRefusedAfterTheSwitch(int isolation) throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        assertThat(overtakenAppend(store, isolation, true)).isEqualTo("40001");
    }

    @Test
    void withAPlainReadOfTheRouteAWriterWithAnOldSnapshotIsLost() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.spoilFence("FOR SHARE", "");
        String state = overtakenAppend(store, Connection.TRANSACTION_REPEATABLE_READ, true);
        assertThat(state).isEqualTo("committed");
    }

    @Test
    void withTheNumberOfMovesReadBeforeTheLockAWaitingAppendIsLost() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.spoilFence(NUMBER, "true");
        store.spoilFence("IF (CASE", "IF (CASE WHEN NOT " + NUMBER + " THEN false");
        String state = overtakenAppend(store, Connection.TRANSACTION_READ_COMMITTED, true);
        assertThat(state).isEqualTo("committed");
    }

    @Test
    void withMovesNotCountedAWaitingAppendIsLost() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        store.run("ALTER TABLE godwit.tenant_route DISABLE TRIGGER count_move");
        String state = overtakenAppend(store, Connection.TRANSACTION_READ_COMMITTED, true);
        assertThat(state).isEqualTo("committed");
    }

    /** The lock goes with the savepoint; were the look remembered, the second row would be lost. */
    @Test
    void appendAfterARollbackToASavepointIsLookedAtAgain() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        try (Connection writer = store.begin();
                Connection cutover = store.begin()) {
            Savepoint savepoint = writer.setSavepoint();
            append(writer, ACME);
            assertThat(SWITCH.lockExclusively(cutover, ACME, Duration.ofMillis(30))).isFalse();
            cutover.rollback();
            writer.rollback(savepoint);
            assertThat(SWITCH.lockExclusively(cutover, ACME, PATIENCE)).isTrue();
            SWITCH.move(cutover, ACME, "dedicated");
            cutover.commit();
            assertThat(stateOfAppend(writer)).isEqualTo(WriteFence.REFUSED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Connection.TRANSACTION_READ_COMMITTED,
                Connection.TRANSACTION_REPEATABLE_READ,
                Connection.TRANSACTION_SERIALIZABLE
            })
    void waitingAppendGoesOnAfterARollback(int isolation) throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        assertThat(overtakenAppend(store, isolation, false)).isEqualTo("committed");
    }

    @Test
    void otherTenantsAreNotHeld() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        try (Connection routes = store.connect();
                Connection cutover = store.begin()) {
            new TenantRoutes(MAPPING).prepare(routes, OTHER, "shared");
            store.fence().install(List.of());
            assertThat(SWITCH.lockExclusively(cutover, ACME, PATIENCE)).isTrue();
            SWITCH.move(cutover, ACME, "dedicated");
            store.run("SET lock_timeout = '1ms'", insert(OTHER));
        }
    }

    @Test
    void lockIsGivenUpInTime() throws Exception {
        FencedStore store = FencedStore.plain(server).prepared();
        try (Connection writer = store.begin();
                Connection cutover = store.begin()) {
            append(writer, ACME);
            assertThat(SWITCH.lockExclusively(cutover, ACME, Duration.ofMillis(30))).isFalse();
            cutover.rollback();
            writer.commit();
            assertThat(SWITCH.lockExclusively(cutover, ACME, Duration.ofMillis(30))).isTrue();
        }
    }

    /**
     * An append is open when the cutover begins, and commits as soon as the cutover waits for it,
     * or after the cutover if that does not wait.
     *
     * @return events that the cutover did not know of
     */
    private static int lostByAnOpenAppend(FencedStore store, boolean lockFirst) throws Exception {
        store.run(insert(ACME));
        try (Connection writer = store.begin();
                Connection cutover = store.begin()) {
            append(writer, ACME);
            int pid = pid(cutover);
            try (Waiting<Long> last = Waiting.on(() -> cutOver(cutover, lockFirst))) {
                Awaitility.await("the cutover waits or is done")
                        .atMost(PATIENCE)
                        .until(() -> last.done() || store.isBlocked(pid));
                writer.commit();
                return Integer.parseInt(
                        store.query(
                                "SELECT count(*) FROM events WHERE position > " + last.result()));
            }
        }
    }

    private static long cutOver(Connection cutover, boolean lockFirst) throws SQLException {
        String max = "SELECT max(position) FROM events WHERE tenant_id = '" + ACME + "'";
        long early = Long.parseLong(query(cutover, max));
        assertThat(SWITCH.lockExclusively(cutover, ACME, PATIENCE)).isTrue();
        long last = lockFirst ? SWITCH.lastPosition(cutover, ACME).orElseThrow() : early;
        SWITCH.move(cutover, ACME, "dedicated");
        cutover.commit();
        return last;
    }

    /**
     * A transaction has its snapshot, then a cutover takes the lock, then the transaction appends
     * and waits, then the cutover ends.
     *
     * @return the SQLSTATE of the append, or "committed"
     */
    private static String overtakenAppend(FencedStore store, int isolation, boolean commit)
            throws Exception {
        try (Connection writer = store.connect();
                Connection cutover = store.begin()) {
            writer.setTransactionIsolation(isolation);
            writer.setAutoCommit(false);
            int pid = pid(writer);
            query(writer, "SELECT count(*) FROM events");
            SWITCH.lockExclusively(cutover, ACME, PATIENCE);
            SWITCH.lastPosition(cutover, ACME);
            try (Waiting<String> append = Waiting.on(() -> stateOfAppend(writer))) {
                store.awaitBlocked(pid);
                SWITCH.move(cutover, ACME, "dedicated");
                if (commit) {
                    cutover.commit();
                } else {
                    cutover.rollback();
                }
                String state = append.result();
                String rows = store.query("SELECT count(*) FROM events");
                assertThat(rows).isEqualTo(state.equals("committed") ? "1" : "0");
                return state;
            }
        }
    }

    private static String stateOfAppend(Connection writer) throws SQLException {
        try {
            append(writer, ACME);
            writer.commit();
            return "committed";
        } catch (SQLException e) {
            writer.rollback();
            return e.getSQLState();
        }
    }
}
