package io.godwit.connector.postgres.replication;

import static io.godwit.connector.postgres.replication.FedNotes.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The life of a slot and its publication. */
final class ReplicationFeedITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    @RegisterExtension final FedNotes notes = new FedNotes(STORES);

    @Test
    void isMadeOnceAndLeavesNothing() throws Exception {
        notes.feed().ensure(PATIENCE);
        String slot =
                notes.ask(
                        "SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = '"
                                + notes.feed().name()
                                + "'");
        notes.run("INSERT INTO notes (body) VALUES ('a')");
        notes.feed().ensure(PATIENCE);
        assertThat(
                        notes.ask(
                                "SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = '"
                                        + notes.feed().name()
                                        + "'"))
                .as("the same slot")
                .isEqualTo(slot);
        assertThat(notes.feed().state())
                .hasValueSatisfying(
                        state -> {
                            assertThat(state.usable()).isTrue();
                            assertThat(state.active()).isFalse();
                            assertThat(state.keptBytes()).isPositive();
                        });
        assertThat(ReplicationFeed.leftBehind(notes.connection()))
                .extracting(SlotState::name)
                .containsExactly(notes.feed().name());
        assertThat(notes.feed().drop()).isTrue();
        assertThat(notes.feed().drop()).isFalse();
        assertThat(notes.feed().state()).isEmpty();
        assertThat(ReplicationFeed.leftBehind(notes.connection())).isEmpty();
        assertThat(notes.ask("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    }

    @Test
    void aPublicationThatLeavesSomethingOutIsMadeAnewWithItsSlot() throws Exception {
        notes.feed().ensure(PATIENCE);
        notes.run("ALTER PUBLICATION " + notes.feed().name() + " DROP TABLE notes");
        notes.run("INSERT INTO notes (body) VALUES ('left out')");
        notes.feed().ensure(PATIENCE);
        try (LogicalStream stream = notes.open()) {
            notes.run("INSERT INTO notes (body) VALUES ('a')");
            assertThat(FedNotes.bodies(stream, 1)).containsExactly("a");
        }
        notes.run("CREATE TABLE notes_child () INHERITS (notes)");
        notes.feed().ensure(PATIENCE);
        try (LogicalStream stream = notes.open()) {
            notes.run("INSERT INTO notes_child (body) VALUES ('child')");
            assertThat(FedNotes.bodies(stream, 1)).containsExactly("child");
        }
        notes.run("DROP PUBLICATION " + notes.feed().name());
        notes.feed().ensure(PATIENCE);
        try (LogicalStream stream = notes.open()) {
            notes.run("INSERT INTO notes (body) VALUES ('b')");
            assertThat(FedNotes.bodies(stream, 1)).containsExactly("b");
        }
    }

    @Test
    void aReaderThatIsStillThereIsReplacedAndOneThatReadsIsDroppedFromUnder() throws Exception {
        notes.feed().ensure(PATIENCE);
        try (LogicalStream old = notes.open();
                LogicalStream replaced = notes.open()) {
            notes.run("INSERT INTO notes (body) VALUES ('a')");
            assertThat(FedNotes.bodies(replaced, 1)).containsExactly("a");
            assertThatThrownBy(() -> FedNotes.bodies(old, 1))
                    .hasStackTraceContaining("SQLException");
            assertThat(notes.feed().state())
                    .hasValueSatisfying(s -> assertThat(s.active()).isTrue());
            assertThat(notes.feed().drop()).isTrue();
            assertThat(notes.feed().state()).isEmpty();
        }
    }

    @Test
    void aTransactionThatWritesAndStaysOpenIsNamedWhenTheSlotCannotBeMade() throws Exception {
        try (Connection open = notes.database().connect()) {
            open.setAutoCommit(false);
            FedNotes.run(open, "INSERT INTO notes (body) VALUES ('open')");
            assertThatThrownBy(() -> notes.feed().ensure(Duration.ofMillis(500)))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("PT0.5S")
                    .hasMessageContaining(
                            " of " + notes.database().name() + " (idle in transaction)")
                    .satisfies(
                            e ->
                                    assertThat(((MigrationException) e).recoverability())
                                            .isEqualTo(Recoverability.RECOVERABLE));
            assertThat(notes.feed().state()).as("no half slot is left").isEmpty();
            open.rollback();
        }
        notes.feed().ensure(PATIENCE);
        assertThat(notes.feed().state()).isPresent();
        assertThat(notes.ask("SHOW statement_timeout")).isEqualTo("0");
    }
}
