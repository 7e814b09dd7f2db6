package io.godwit.router;

import static io.godwit.router.TableShapeITCase.event;
import static io.godwit.router.TableShapeITCase.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.router.TableShapeITCase.Shape;
import io.godwit.router.TableShapeITCase.Store;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.Waiting;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The answer to COMMIT does not come. */
final class LostCommitITCase {

    private static PostgresServer server;

    private final StreamId stream = stream();
    private final NewEvent event = event();
    private Store store;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void create() {
        store = new Store(server, "shared", Shape.WITH_TXID);
    }

    @Test
    void anAppendThatWasCommittedIsFoundAndNotRepeated() {
        FirstCommit lost = new FirstCommit(store.dataSource(), Connection::commit);

        assertThat(append(lost)).isEqualTo(new AppendResult(1, 1));
        assertThat(stored()).isEqualTo("1");
        assertThat(store.query("SELECT last_value FROM events_global_position_seq")).isEqualTo("1");
    }

    @Test
    void anAppendThatTheServerDroppedAtCommitIsRepeated() {
        store.execute(
                "CREATE SEQUENCE commits",
                "CREATE FUNCTION drop_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                        + " IF nextval('commits') = 1 THEN"
                        + " PERFORM pg_terminate_backend(pg_backend_pid()); END IF;"
                        + " RETURN NULL; END $$",
                "CREATE CONSTRAINT TRIGGER drop_first AFTER INSERT ON events DEFERRABLE"
                        + " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION drop_first()");

        assertThat(append(store.dataSource()).newVersion()).isEqualTo(1);
        assertThat(stored()).isEqualTo("1");
        assertThat(store.query("SELECT last_value FROM commits")).isEqualTo("2");
    }

    @Test
    void anAppendThatTheServerIsStillAtWorkOnIsWaitedFor() throws Exception {
        BlockingQueue<Connection> atWork = new LinkedBlockingQueue<>();
        FirstCommit lost = new FirstCommit(store.dataSource(), atWork::add);
        try (Waiting<AppendResult> appending = Waiting.on(() -> append(lost))) {
            try (Connection late = atWork.poll(20, TimeUnit.SECONDS)) {
                appending.awaitParked();
                assertThat(stored()).isEqualTo("0");
                late.commit();
            }
            assertThat(appending.result()).isEqualTo(new AppendResult(1, 1));
        }
        assertThat(stored()).isEqualTo("1");
    }

    @Test
    void aStoreThatCannotBeAskedLeavesTheOutcomeUnknownAndARepetitionTells() {
        FirstCommit lost =
                new FirstCommit(
                        store.dataSource(),
                        connection -> {
                            connection.commit();
                            Thread.currentThread().interrupt();
                            store.execute("ALTER TABLE events RENAME TO hidden");
                        });
        assertThatThrownBy(() -> append(lost))
                .isInstanceOfSatisfying(
                        AppendOutcomeUnknownException.class,
                        e -> assertThat(e.eventIds()).containsExactly(event.eventId()));
        assertThat(Thread.interrupted()).isTrue();

        store.execute("ALTER TABLE hidden RENAME TO events");
        assertThatThrownBy(() -> append(lost)).isInstanceOf(DuplicateEventException.class);
    }

    private AppendResult append(DataSource dataSource) {
        return new PostgresEventStore("shared", dataSource)
                .append(stream, List.of(event), ExpectedVersion.any());
    }

    private AppendResult append(FirstCommit lost) {
        return append(lost.dataSource());
    }

    private String stored() {
        return store.query("SELECT count(*) FROM events");
    }

    /** What happens to a connection in place of its commit. */
    private interface Commit {
        void of(Connection connection) throws SQLException;
    }

    /** A DataSource whose first commit is done by somebody else, and never answered. */
    private record FirstCommit(DataSource real, Commit commit, AtomicBoolean lost) {

        FirstCommit(DataSource real, Commit commit) {
            this(real, commit, new AtomicBoolean());
        }

        DataSource dataSource() {
            return (DataSource)
                    Proxy.newProxyInstance(
                            getClass().getClassLoader(),
                            new Class<?>[] {DataSource.class},
                            (proxy, method, args) -> connection(real.getConnection()));
        }

        private Connection connection(Connection inner) {
            AtomicBoolean gone = new AtomicBoolean();
            return (Connection)
                    Proxy.newProxyInstance(
                            getClass().getClassLoader(),
                            new Class<?>[] {Connection.class},
                            (proxy, method, args) -> {
                                if (method.getName().equals("commit")
                                        && lost.compareAndSet(false, true)) {
                                    gone.set(true);
                                    commit.of(inner);
                                    throw new SQLException("An I/O error occurred", "08006");
                                }
                                if (gone.get()) {
                                    return method.getName().equals("isClosed") ? true : null;
                                }
                                return call(inner, method, args);
                            });
        }

        private static Object call(Connection inner, Method method, Object[] args)
                throws Throwable {
            try {
                return method.invoke(inner, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
