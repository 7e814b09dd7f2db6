package io.godwit.connector.postgres.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.replication.PgOutputMessage.Begin;
import io.godwit.connector.postgres.replication.PgOutputMessage.Commit;
import io.godwit.connector.postgres.replication.PgOutputMessage.Insert;
import io.godwit.connector.postgres.replication.PgOutputMessage.Relation;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.spec.Secret;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantStores;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The life of a slot and its publication, and what comes through them. */
final class ReplicationFeedITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private PostgresDatabase database;
    private Connection connection;
    private ReplicationFeed feed;

    @BeforeEach
    void feed() throws SQLException {
        database = STORES.newDatabase();
        connection = database.connect();
        run("CREATE TABLE notes (id bigserial PRIMARY KEY, body text)");
        feed = feed("notes");
    }

    @AfterEach
    void drop() throws SQLException {
        feed.drop();
        connection.close();
    }

    private ReplicationFeed feed(String quotedTable) throws SQLException {
        return new ReplicationFeed(connection, "a-migration", quotedTable);
    }

    private LogicalStream open() throws SQLException {
        return feed.open(
                new ServerAddress(
                        database.url(),
                        database.user(),
                        new Secret(database.password()),
                        "a-migration"));
    }

    private void run(String... statements) throws SQLException {
        run(connection, statements);
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private String ask(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** The bodies of all rows that come until there are so many. */
    private static List<String> bodies(LogicalStream stream, int count) {
        List<String> bodies = new ArrayList<>();
        Awaitility.await(count + " rows")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(
                        () -> {
                            collect(stream, bodies);
                            return bodies.size() >= count;
                        });
        return bodies;
    }

    private static void collect(LogicalStream stream, List<String> bodies) throws SQLException {
        for (PgOutputMessage message; (message = stream.poll()) != null; ) {
            if (message instanceof Insert insert) {
                bodies.add(new String(insert.row().value(1), StandardCharsets.UTF_8));
            }
        }
    }

    /** Returns when the stream has passed all that the server has now. */
    private void awaitPassed(LogicalStream stream, List<String> bodies) throws SQLException {
        long end = new WalPosition(connection).end();
        Awaitility.await("the end of the log")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(
                        () -> {
                            collect(stream, bodies);
                            return stream.receivedThrough() >= end;
                        });
    }

    @Test
    void isMadeOnceAndLeavesNothing() throws Exception {
        feed.ensure(PATIENCE);
        String slot =
                ask(
                        "SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = '"
                                + feed.name()
                                + "'");
        run("INSERT INTO notes (body) VALUES ('a')");
        feed.ensure(PATIENCE);
        assertThat(
                        ask(
                                "SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = '"
                                        + feed.name()
                                        + "'"))
                .as("the same slot")
                .isEqualTo(slot);
        assertThat(feed.state())
                .hasValueSatisfying(
                        state -> {
                            assertThat(state.usable()).isTrue();
                            assertThat(state.active()).isFalse();
                            assertThat(state.keptBytes()).isPositive();
                        });
        assertThat(ReplicationFeed.leftBehind(connection))
                .extracting(SlotState::name)
                .containsExactly(feed.name());
        assertThat(feed.drop()).isTrue();
        assertThat(feed.drop()).isFalse();
        assertThat(feed.state()).isEmpty();
        assertThat(ReplicationFeed.leftBehind(connection)).isEmpty();
        assertThat(ask("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    }

    @Test
    void committedTransactionsComeWholeAndInTheOrderOfTheirCommits() throws Exception {
        feed.ensure(PATIENCE);
        try (LogicalStream stream = open();
                Connection first = database.connect();
                Connection second = database.connect()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            run(first, "INSERT INTO notes (body) VALUES ('1a')");
            run(second, "INSERT INTO notes (body) VALUES ('2a'), ('2b')");
            run(first, "SAVEPOINT s", "INSERT INTO notes (body) VALUES ('undone')");
            run(first, "ROLLBACK TO s", "INSERT INTO notes (body) VALUES ('1b')");
            second.commit();
            first.commit();
            run(first, "INSERT INTO notes (body) VALUES ('rolled back')");
            first.rollback();
            run("UPDATE notes SET body = 'x' WHERE false", "DELETE FROM notes", "TRUNCATE notes");
            run("INSERT INTO notes (body) VALUES ('3')");
            assertThat(bodies(stream, 5)).containsExactly("2a", "2b", "1a", "1b", "3");
        }
    }

    @Test
    void aTransactionIsBetweenItsBeginAndItsCommit() throws Exception {
        feed.ensure(PATIENCE);
        try (LogicalStream stream = open()) {
            run("INSERT INTO notes (body) VALUES ('a'), (NULL)");
            List<PgOutputMessage> messages = new ArrayList<>();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(2))
                    .until(
                            () -> {
                                PgOutputMessage message = stream.poll();
                                if (message != null) {
                                    messages.add(message);
                                }
                                return message instanceof Commit;
                            });
            assertThat(messages)
                    .hasExactlyElementsOfTypes(
                            Begin.class, Relation.class, Insert.class, Insert.class, Commit.class);
            Commit commit = (Commit) messages.get(4);
            assertThat(((Begin) messages.get(0)).commitLsn()).isEqualTo(commit.commitLsn());
            assertThat(stream.receivedThrough()).isEqualTo(commit.endLsn());
            assertThat(stream.relation((Insert) messages.get(2)).name()).isEqualTo("public.notes");
            assertThatThrownBy(() -> stream.confirm(commit.endLsn() + 1))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatWasConfirmedIsNotSentAgainAndWhatWasNotIs() throws Exception {
        feed.ensure(PATIENCE);
        try (LogicalStream stream = open()) {
            run("INSERT INTO notes (body) VALUES ('confirmed')");
            assertThat(bodies(stream, 1)).containsExactly("confirmed");
            stream.confirm(stream.receivedThrough());
            stream.stayAlive();
            Awaitility.await("the server knows")
                    .atMost(PATIENCE)
                    .until(
                            () ->
                                    ask("SELECT confirmed_flush_lsn >= CAST('0/0' AS pg_lsn) + "
                                                    + stream.receivedThrough()
                                                    + " FROM pg_replication_slots WHERE slot_name = '"
                                                    + feed.name()
                                                    + "'")
                                            .equals("t"));
            run("INSERT INTO notes (body) VALUES ('received')");
            assertThat(bodies(stream, 1)).containsExactly("received");
        }
        run("INSERT INTO notes (body) VALUES ('missed')");
        try (LogicalStream stream = open()) {
            assertThat(bodies(stream, 2)).containsExactly("received", "missed");
        }
    }

    @Test
    void passesWhatIsNotForItAndTellsSoWhileNothingComes() throws Exception {
        feed.ensure(PATIENCE);
        run("CREATE TABLE other (n int)");
        List<String> bodies = new ArrayList<>();
        try (LogicalStream stream = open();
                Connection open = database.connect()) {
            open.setAutoCommit(false);
            run(open, "INSERT INTO notes (body) VALUES ('open')");
            for (int i = 0; i < 20; i++) {
                run("INSERT INTO other SELECT generate_series(1, 1000)");
                awaitPassed(stream, bodies);
            }
            assertThat(bodies).isEmpty();
            open.commit();
            awaitPassed(stream, bodies);
            assertThat(bodies).containsExactly("open");
        }
    }

    @Test
    void partitionsComeAsTheirTableAlsoLaterOnes() throws Exception {
        run(
                "CREATE TABLE parts (day int, body text) PARTITION BY RANGE (day)",
                "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)");
        feed = feed("parts");
        feed.ensure(PATIENCE);
        try (LogicalStream stream = open()) {
            run(
                    "CREATE TABLE parts_2 (body text, day int)",
                    "ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM (10) TO (20)",
                    "INSERT INTO parts VALUES (1, 'a'), (11, 'b')",
                    "INSERT INTO parts_2 VALUES ('c', 12)");
            assertThat(bodies(stream, 3)).containsExactly("a", "b", "c");
        }
        feed.ensure(PATIENCE);
        assertThat(feed.state()).isPresent();
    }

    @Test
    void aPublicationThatLeavesSomethingOutIsMadeAnewWithItsSlot() throws Exception {
        feed.ensure(PATIENCE);
        run("ALTER PUBLICATION " + feed.name() + " DROP TABLE notes");
        run("INSERT INTO notes (body) VALUES ('left out')");
        feed.ensure(PATIENCE);
        try (LogicalStream stream = open()) {
            run("INSERT INTO notes (body) VALUES ('a')");
            assertThat(bodies(stream, 1)).containsExactly("a");
        }
        run("CREATE TABLE notes_child () INHERITS (notes)");
        feed.ensure(PATIENCE);
        try (LogicalStream stream = open()) {
            run("INSERT INTO notes_child (body) VALUES ('child')");
            assertThat(bodies(stream, 1)).containsExactly("child");
        }
        run("DROP PUBLICATION " + feed.name());
        feed.ensure(PATIENCE);
        try (LogicalStream stream = open()) {
            run("INSERT INTO notes (body) VALUES ('b')");
            assertThat(bodies(stream, 1)).containsExactly("b");
        }
    }

    @Test
    void aReaderThatIsStillThereIsReplacedAndOneThatReadsIsDroppedFromUnder() throws Exception {
        feed.ensure(PATIENCE);
        try (LogicalStream old = open();
                LogicalStream replaced = open()) {
            run("INSERT INTO notes (body) VALUES ('a')");
            assertThat(bodies(replaced, 1)).containsExactly("a");
            assertThatThrownBy(() -> bodies(old, 1)).hasStackTraceContaining("SQLException");
            assertThat(feed.state()).hasValueSatisfying(s -> assertThat(s.active()).isTrue());
            assertThat(feed.drop()).isTrue();
            assertThat(feed.state()).isEmpty();
        }
    }

    @Test
    void aTransactionThatWritesAndStaysOpenIsNamedWhenTheSlotCannotBeMade() throws Exception {
        try (Connection open = database.connect()) {
            open.setAutoCommit(false);
            run(open, "INSERT INTO notes (body) VALUES ('open')");
            assertThatThrownBy(() -> feed.ensure(Duration.ofMillis(500)))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("PT0.5S")
                    .hasMessageContaining(" of " + database.name() + " (idle in transaction)")
                    .satisfies(
                            e ->
                                    assertThat(((MigrationException) e).recoverability())
                                            .isEqualTo(Recoverability.RECOVERABLE));
            assertThat(feed.state()).as("no half slot is left").isEmpty();
            open.rollback();
        }
        feed.ensure(PATIENCE);
        assertThat(feed.state()).isPresent();
        assertThat(ask("SHOW statement_timeout")).isEqualTo("0");
    }
}
