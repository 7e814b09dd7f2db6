package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.FencedStore.ACME;
import static io.godwit.connector.postgres.eventstore.FencedStore.MAPPING;
import static io.godwit.connector.postgres.eventstore.FencedStore.PATIENCE;
import static io.godwit.connector.postgres.eventstore.FencedStore.append;
import static io.godwit.connector.postgres.eventstore.FencedStore.execute;
import static io.godwit.connector.postgres.eventstore.FencedStore.insert;
import static io.godwit.connector.postgres.eventstore.FencedStore.pid;
import static io.godwit.connector.postgres.eventstore.FencedStore.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fence against transactions that draw a position and take their time. */
final class GapFenceITCase {

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start(Map.of("max_prepared_transactions", "10"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void lateCommitIsWaitedFor(boolean partitioned) throws Exception {
        FencedStore store =
                partitioned ? FencedStore.partitioned(server) : FencedStore.plain(server);
        try (Connection late = store.begin();
                Connection tail = store.connect()) {
            append(late, ACME);
            store.run(insert(ACME));
            GapFence gap = new GapFence(tail, MAPPING);
            Fence fence = gap.take();
            assertThat(fence.position()).isEqualTo(2);
            assertThat(fence.holders()).extracting(Fence.Holder::pid).containsExactly(pid(late));
            assertThat(gap.await(fence, Duration.ofMillis(20), slow -> {}).isFinal()).isFalse();
            try (Waiting<Fence> wait =
                    Waiting.on(() -> gap.await(fence, PATIENCE, slow -> {})).awaitParked()) {
                late.commit();
                assertThat(wait.result()).isEqualTo(new Fence(2, Set.of()));
            }
        }
        assertThat(store.query("SELECT count(*) FROM events WHERE position <= 2")).isEqualTo("2");
    }

    @Test
    void lastPositionIsReadBeforeTheHolders() throws Exception {
        FencedStore store = FencedStore.plain(server);
        store.run(insert(ACME));
        try (Connection late = store.begin();
                Connection real = store.connect()) {
            AtomicBoolean armed = new AtomicBoolean();
            // Between the two reads one position is drawn and a higher one committed.
            Connection tail =
                    BetweenStatements.on(
                            real,
                            armed,
                            () -> {
                                append(late, ACME);
                                store.run(insert(ACME));
                                return null;
                            });
            GapFence gap = new GapFence(tail, MAPPING);
            armed.set(true);
            Fence fence = gap.take();
            assertThat(armed).as("something happened in between").isFalse();
            String seen = "SELECT count(*) FROM events WHERE position <= " + fence.position();
            String before = store.query(seen);
            boolean isFinal = gap.stillOpen(fence).isFinal();
            late.commit();
            assertThat(store.query("SELECT count(*) FROM events")).isEqualTo("3");
            assertThat(isFinal && !store.query(seen).equals(before))
                    .as("%s is final, but an event came later", fence)
                    .isFalse();
        }
    }

    @Test
    void rollbackOfASavepointGivesNothingBack() throws Exception {
        FencedStore store = FencedStore.plain(server);
        try (Connection late = store.begin();
                Connection tail = store.connect()) {
            execute(late, "SAVEPOINT s");
            String drawn = query(late, "SELECT nextval('events_position_seq')");
            execute(late, "ROLLBACK TO s");
            store.run(insert(ACME));
            GapFence gap = new GapFence(tail, MAPPING);
            Fence fence = gap.take();
            assertThat(gap.stillOpen(fence).isFinal()).isFalse();
            execute(late, "INSERT INTO events (position) VALUES (" + drawn + ")");
            late.commit();
            assertThat(gap.stillOpen(fence).isFinal()).isTrue();
        }
    }

    @Test
    void idleTransactionWithoutAPositionIsNotWaitedFor() throws Exception {
        FencedStore store = FencedStore.plain(server);
        try (Connection idle = store.begin();
                Connection tail = store.connect()) {
            execute(idle, "CREATE TABLE something (x int)");
            query(idle, "SELECT count(*) FROM events");
            store.run(insert(ACME));
            assertThat(new GapFence(tail, MAPPING).take()).isEqualTo(new Fence(1, Set.of()));
        }
    }

    @Test
    void laterTransactionsAreNotWaitedFor() throws Exception {
        FencedStore store = FencedStore.plain(server);
        try (Connection late = store.begin();
                Connection later = store.begin();
                Connection tail = store.connect()) {
            append(late, ACME);
            store.run(insert(ACME));
            GapFence gap = new GapFence(tail, MAPPING);
            Fence fence = gap.take();
            append(later, ACME);
            late.rollback();
            assertThat(gap.stillOpen(fence).isFinal()).isTrue();
        }
    }

    @Test
    void preparedTransactionIsWaitedFor() throws Exception {
        FencedStore store = FencedStore.plain(server);
        String name = "p_" + store.query("SELECT current_database()");
        try (Connection late = store.connect();
                Connection tail = store.connect()) {
            execute(late, "BEGIN");
            append(late, ACME);
            store.run(insert(ACME));
            GapFence gap = new GapFence(tail, MAPPING, Duration.ZERO);
            Fence fence = gap.take();
            execute(late, "PREPARE TRANSACTION '" + name + "'");
            Fence left = gap.stillOpen(fence);
            assertThat(left.holders()).extracting(Fence.Holder::pid).containsExactly(0);
            List<SlowHolder> slow = new ArrayList<>();
            assertThat(gap.await(left, Duration.ofMillis(600), slow::add).isFinal()).isFalse();
            assertThat(slow).extracting(SlowHolder::application).containsExactly(name);
            execute(late, "COMMIT PREPARED '" + name + "'");
            assertThat(gap.stillOpen(left).isFinal()).isTrue();
        }
    }

    @Test
    void slowHolderIsReportedOnceWithItsQuery() throws Exception {
        FencedStore store = FencedStore.plain(server);
        try (Connection late = store.begin();
                Connection tail = store.connect()) {
            append(late, ACME);
            int pid = pid(late);
            query(late, "SELECT 'what it did last'");
            store.run(insert(ACME));
            GapFence gap = new GapFence(tail, MAPPING, Duration.ofMillis(100));
            List<SlowHolder> slow = new ArrayList<>();
            assertThat(gap.await(gap.take(), Duration.ofMillis(900), slow::add).isFinal())
                    .isFalse();
            assertThat(slow).hasSize(1);
            assertThat(slow.get(0).pid()).isEqualTo(pid);
            assertThat(slow.get(0).toString())
                    .contains("pid " + pid)
                    .contains("idle in transaction")
                    .contains("what it did last");
        }
    }

    @Test
    void emptyStoreHasAPositionBelowAll() throws Exception {
        FencedStore store = FencedStore.plain(server);
        try (Connection tail = store.connect()) {
            assertThat(new GapFence(tail, MAPPING).take()).isEqualTo(new Fence(0, Set.of()));
        }
    }

    @Test
    void positionAboveTheSequenceProvesNothing() throws Exception {
        FencedStore store = FencedStore.plain(server);
        store.run(insert(ACME));
        try (Connection tail = store.connect()) {
            GapFence gap = new GapFence(tail, MAPPING);
            store.run("INSERT INTO events (position) VALUES (1000)");
            assertThat(gap.take().position()).isEqualTo(1);
        }
    }

    @Test
    void sequenceThatGoesBackStopsTheTail() throws Exception {
        FencedStore store = FencedStore.plain(server);
        store.run(insert(ACME), insert(ACME), insert(ACME));
        try (Connection tail = store.connect()) {
            GapFence gap = new GapFence(tail, MAPPING);
            gap.take();
            store.run("SELECT setval('events_position_seq', 1)");
            assertThatThrownBy(gap::take)
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("went back from 3 to 1");
        }
    }

    @Test
    void transactionOfTheTailIsRefused() throws SQLException {
        FencedStore store = FencedStore.plain(server);
        try (Connection tail = store.begin()) {
            assertThatThrownBy(() -> new GapFence(tail, MAPPING))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("autocommit");
        }
    }
}
