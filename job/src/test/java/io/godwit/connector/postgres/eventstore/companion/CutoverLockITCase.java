package io.godwit.connector.postgres.eventstore.companion;

import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.ACME;
import static io.godwit.connector.postgres.eventstore.companion.CompanionStore.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantStores;
import io.godwit.testkit.Waiting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two cutovers of a tenant never run at once, whoever runs them. */
final class CutoverLockITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(20);

    private PostgresDatabase ledger;

    @BeforeEach
    void database() {
        ledger = STORES.newDatabase();
    }

    /**
     * What sha256sum prints of the key begins with 6b1b32adbeeea697, 2d0bd5dbe2f2ee01 and
     * fbbc6b341617b933; the last has a sign to lose.
     */
    @ParameterizedTest
    @CsvSource({
        ACME + ", 7717818108243519127",
        OTHER + ", 3245923096832699905",
        "00000000-0000-4000-8000-000000000004, 8916119233739864371"
    })
    void idIsTheOneThatEventsourceTakes(String tenant, long id) {
        assertThat(CutoverLock.id(tenant)).isEqualTo(id);
    }

    @Test
    void excludesEventsourcesOwnCutoverUntilItIsClosed() throws Exception {
        try (Connection session = ledger.connect();
                Connection python = ledger.connect()) {
            Optional<CutoverLock> lock = CutoverLock.acquire(session, ACME, SHORT);
            assertThat(lock).isPresent();
            assertThat(pythonLocks(python)).isFalse();
            lock.get().close();
            assertThat(pythonLocks(python)).isTrue();
            assertThat(CutoverLock.acquire(session, ACME, SHORT)).isEmpty();
            assertThat(CutoverLock.acquire(session, ACME, Duration.ZERO)).isEmpty();
            assertThat(CutoverLock.acquire(session, OTHER, SHORT)).isPresent();
        }
    }

    @Test
    void isWaitedForAndEndsWithItsSession() throws Exception {
        try (Connection session = ledger.connect()) {
            Connection crashed = ledger.connect();
            assertThat(CutoverLock.acquire(crashed, ACME, SHORT)).isPresent();
            try (Waiting<Optional<CutoverLock>> wait =
                    Waiting.on(() -> CutoverLock.acquire(session, ACME, LONG)).awaitParked()) {
                crashed.close();
                assertThat(wait.result()).isPresent();
            }
        }
    }

    @Test
    void isNotTakenInATransaction() throws SQLException {
        try (Connection session = ledger.connect()) {
            session.setAutoCommit(false);
            assertThatThrownBy(() -> CutoverLock.acquire(session, ACME, SHORT))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("autocommit");
        }
    }

    @Test
    void lossOfTheLockIsTold() throws Exception {
        try (Connection session = ledger.connect();
                Statement statement = session.createStatement()) {
            CutoverLock lock = CutoverLock.acquire(session, ACME, SHORT).orElseThrow();
            statement.execute("DISCARD ALL");
            assertThatThrownBy(lock::close).isInstanceOf(IllegalStateException.class);
        }
    }

    private static boolean pythonLocks(Connection python) throws SQLException {
        try (Statement statement = python.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT pg_try_advisory_lock(7717818108243519127)")) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
