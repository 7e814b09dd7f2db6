package io.godwit.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import io.godwit.testkit.Ledgers;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The ledger on a real PostgreSQL. */
final class LedgerITCase {

    @RegisterExtension static final TenantStores SERVER = new TenantStores();

    private LedgerDatabase database;

    @BeforeEach
    void createLedger() {
        database = Ledgers.in(SERVER.newDatabase());
    }

    @Test
    void creatingItAgainChangesNothing() throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            ledger.create("a", "chain", "spec", true);
            database.migrate();
            assertThat(ledger.list()).hasSize(1);
        }
        assertThat(database.exists()).isTrue();
        assertThat(Ledgers.of(SERVER.newDatabase()).exists()).isFalse();
    }

    @Test
    void aNameHasOneActiveMigration() throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            MigrationRow first = ledger.create("a", "chain", "spec", true);
            assertThatThrownBy(() -> ledger.create("a", "chain", "spec", true))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("one_active_migration");
            ledger.advance(first.id(), Phase.ABORTED, "to begin again");
            MigrationRow second = ledger.create("a", "chain", "spec", true);
            assertThat(ledger.find("a").orElseThrow().id()).isEqualTo(second.id());
        }
    }

    @Test
    void aPhaseChangesOnlyAsThePhasesAllow() throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            long id = ledger.create("a", "chain", "spec", true).id();
            assertThatThrownBy(() -> ledger.advance(id, Phase.CUTOVER, ""))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("PENDING")
                    .hasMessageContaining("CUTOVER");
            ledger.advance(id, Phase.BULK_COPY, "");
            ledger.advance(id, Phase.BULK_COPY, "again");
            ledger.advance(id, Phase.DUAL_WRITE, "");
            ledger.advance(id, Phase.CUTOVER, "");
            ledger.advance(id, Phase.DUAL_WRITE, "rolled back");
            ledger.advance(id, Phase.FAILED, "a gap");
            assertThat(ledger.find("a").orElseThrow().reason()).isEqualTo("a gap");
            assertThatThrownBy(() -> ledger.advance(id, Phase.BULK_COPY, ""))
                    .isInstanceOf(MigrationException.class);
            assertThat(ledger.auditOf(id))
                    .extracting(AuditEntry::action)
                    .containsExactly(
                            "MIGRATION_CREATED",
                            "PHASE_BULK_COPY",
                            "PHASE_DUAL_WRITE",
                            "PHASE_CUTOVER",
                            "PHASE_DUAL_WRITE",
                            "PHASE_FAILED");
        }
    }

    @Test
    void aRunHoldsItsMigrationUntilItsSessionEnds() throws SQLException {
        try (Ledger observer = new Ledger(database);
                Ledger other = new Ledger(database)) {
            Ledger run = new Ledger(database);
            assertThat(RunLock.take(run, "a", Duration.ZERO)).isTrue();
            assertThat(RunLock.isTaken(observer, "a")).isTrue();
            assertThat(RunLock.isTaken(observer, "b")).isFalse();
            assertThat(RunLock.take(other, "a", Duration.ZERO)).isFalse();
            run.close();
            assertThat(RunLock.take(other, "a", Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void oneCommandAtATimeSubmitsAJob() throws SQLException {
        try (Ledger second = new Ledger(database)) {
            try (Ledger first = new Ledger(database)) {
                assertThat(RunLock.takeSubmission(first, "s")).isTrue();
                assertThat(RunLock.takeSubmission(second, "s")).isFalse();
                assertThat(RunLock.takeSubmission(second, "other")).isTrue();
                assertThat(RunLock.isTaken(second, "s")).as("a submission is no run").isFalse();
            }
            Awaitility.await().until(() -> RunLock.takeSubmission(second, "s"));
        }
    }

    @Test
    void progressIsTheLastOfEachTag() throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            long id = ledger.create("a", "chain", "spec", true).id();
            TagProgress zero = new TagProgress(0, 10, 4, 3, 1);
            TagProgress three = new TagProgress(3, 20, 20, 0, 2);
            ledger.progress(id, List.of(new TagProgress(0, 9, 1, 4, 0), three));
            ledger.progress(id, List.of(zero));
            assertThat(ledger.progressOf(id)).containsExactly(zero, three);
        }
    }

    @Test
    void aDeadLetterIsKeptOnceByItsKey() throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            long id = ledger.create("a", "chain", "spec", true).id();
            ledger.deadLetter(id, MigrationException.fatal("sequence 7", "missing"));
            ledger.deadLetter(id, MigrationException.fatal("sequence 7", "still missing"));
            try (var statement = ledger.connection().createStatement();
                    var row =
                            statement.executeQuery("SELECT key, reason, times FROM dead_letters")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getString(1)).isEqualTo("sequence 7");
                assertThat(row.getString(2)).isEqualTo("still missing");
                assertThat(row.getInt(3)).isEqualTo(2);
                assertThat(row.next()).isFalse();
            }
        }
    }

    @Test
    void aPasswordIsNotPrinted() {
        assertThat(
                        new LedgerDatabase("jdbc:postgresql://h/d?sslmode=require", "u", "secret")
                                .toString())
                .isEqualTo("jdbc:postgresql://h/d");
    }
}
