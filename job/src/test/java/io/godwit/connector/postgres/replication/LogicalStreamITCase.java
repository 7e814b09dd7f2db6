package io.godwit.connector.postgres.replication;

import static io.godwit.connector.postgres.replication.FedNotes.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.replication.PgOutputMessage.Begin;
import io.godwit.connector.postgres.replication.PgOutputMessage.Commit;
import io.godwit.connector.postgres.replication.PgOutputMessage.Insert;
import io.godwit.connector.postgres.replication.PgOutputMessage.Relation;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What comes through a slot, and when. */
final class LogicalStreamITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @RegisterExtension final FedNotes notes = new FedNotes(STORES);

    @Test
    void committedTransactionsComeWholeAndInTheOrderOfTheirCommits() throws Exception {
        notes.feed().ensure(PATIENCE);
        try (LogicalStream stream = notes.open();
                Connection first = notes.database().connect();
                Connection second = notes.database().connect()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            FedNotes.run(first, "INSERT INTO notes (body) VALUES ('1a')");
            FedNotes.run(second, "INSERT INTO notes (body) VALUES ('2a'), ('2b')");
            FedNotes.run(first, "SAVEPOINT s", "INSERT INTO notes (body) VALUES ('undone')");
            FedNotes.run(first, "ROLLBACK TO s", "INSERT INTO notes (body) VALUES ('1b')");
            second.commit();
            first.commit();
            FedNotes.run(first, "INSERT INTO notes (body) VALUES ('rolled back')");
            first.rollback();
            notes.run(
                    "UPDATE notes SET body = 'x' WHERE false",
                    "DELETE FROM notes",
                    "TRUNCATE notes");
            notes.run("INSERT INTO notes (body) VALUES ('3')");
            assertThat(FedNotes.bodies(stream, 5)).containsExactly("2a", "2b", "1a", "1b", "3");
        }
    }

    @Test
    void aTransactionIsBetweenItsBeginAndItsCommit() throws Exception {
        notes.feed().ensure(PATIENCE);
        try (LogicalStream stream = notes.open()) {
            notes.run("INSERT INTO notes (body) VALUES ('a'), (NULL)");
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
        notes.feed().ensure(PATIENCE);
        try (LogicalStream stream = notes.open()) {
            notes.run("INSERT INTO notes (body) VALUES ('confirmed')");
            assertThat(FedNotes.bodies(stream, 1)).containsExactly("confirmed");
            stream.confirm(stream.receivedThrough());
            stream.stayAlive();
            Awaitility.await("the server knows")
                    .atMost(PATIENCE)
                    .until(
                            () ->
                                    notes.ask(
                                                    "SELECT confirmed_flush_lsn >= CAST('0/0' AS pg_lsn) + "
                                                            + stream.receivedThrough()
                                                            + " FROM pg_replication_slots WHERE slot_name = '"
                                                            + notes.feed().name()
                                                            + "'")
                                            .equals("t"));
            notes.run("INSERT INTO notes (body) VALUES ('received')");
            assertThat(FedNotes.bodies(stream, 1)).containsExactly("received");
        }
        notes.run("INSERT INTO notes (body) VALUES ('missed')");
        try (LogicalStream stream = notes.open()) {
            assertThat(FedNotes.bodies(stream, 2)).containsExactly("received", "missed");
        }
    }

    @Test
    void passesWhatIsNotForItAndTellsSoWhileNothingComes() throws Exception {
        notes.feed().ensure(PATIENCE);
        notes.run("CREATE TABLE other (n int)");
        List<String> bodies = new ArrayList<>();
        try (LogicalStream stream = notes.open();
                Connection open = notes.database().connect()) {
            open.setAutoCommit(false);
            FedNotes.run(open, "INSERT INTO notes (body) VALUES ('open')");
            for (int i = 0; i < 20; i++) {
                notes.run("INSERT INTO other SELECT generate_series(1, 1000)");
                notes.awaitPassed(stream, bodies);
            }
            assertThat(bodies).isEmpty();
            open.commit();
            notes.awaitPassed(stream, bodies);
            assertThat(bodies).containsExactly("open");
        }
    }

    @Test
    void partitionsComeAsTheirTableAlsoLaterOnes() throws Exception {
        notes.run(
                "CREATE TABLE parts (day int, body text) PARTITION BY RANGE (day)",
                "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)");
        notes.feed("parts");
        notes.feed().ensure(PATIENCE);
        try (LogicalStream stream = notes.open()) {
            notes.run(
                    "CREATE TABLE parts_2 (body text, day int)",
                    "ALTER TABLE parts ATTACH PARTITION parts_2 FOR VALUES FROM (10) TO (20)",
                    "INSERT INTO parts VALUES (1, 'a'), (11, 'b')",
                    "INSERT INTO parts_2 VALUES ('c', 12)");
            assertThat(FedNotes.bodies(stream, 3)).containsExactly("a", "b", "c");
        }
        notes.feed().ensure(PATIENCE);
        assertThat(notes.feed().state()).isPresent();
    }
}
