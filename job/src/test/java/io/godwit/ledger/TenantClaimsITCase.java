package io.godwit.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.testkit.Ledgers;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One active migration per tenant, on a real PostgreSQL. */
final class TenantClaimsITCase {

    private static final List<TenantClaim> ACME =
            List.of(new TenantClaim("acme", "shared"), new TenantClaim("acme", "own"));

    @RegisterExtension static final TenantStores SERVER = new TenantStores();

    private LedgerDatabase database;

    @BeforeEach
    void createLedger() {
        database = Ledgers.in(SERVER.newDatabase());
    }

    @Test
    @DisplayName("1: a tenant has one active migration; another tenant may have one too")
    void aTenantHasOneActiveMigration() throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            TenantClaims claims = new TenantClaims(ledger);
            MigrationRow first = claims.create("first", "tenant", "spec", true, ACME);
            assertThat(claims.of(first.id())).containsExactlyInAnyOrderElementsOf(ACME);

            assertThatThrownBy(() -> claims.create("second", "tenant", "spec", true, ACME))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("acme=first");
            assertThat(ledger.find("second")).as("nothing of it is left").isEmpty();

            claims.create(
                    "third", "tenant", "spec", true, List.of(new TenantClaim("other", "shared")));
        }
    }

    @Test
    void aTenantThatIsMovingInCannotMoveOn() throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            TenantClaims claims = new TenantClaims(ledger);
            claims.create("first", "tenant", "spec", true, ACME);
            List<TenantClaim> onwards =
                    List.of(new TenantClaim("acme", "own"), new TenantClaim("acme", "third"));
            assertThat(claims.ofOthers("onwards", onwards)).containsEntry("acme", "first");
            assertThatThrownBy(() -> claims.create("onwards", "tenant", "spec", true, onwards))
                    .hasMessageContaining("acme=first");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ABORTED", "FAILED", "COMPLETED"})
    @DisplayName("2: when it has ended, another one may begin")
    void whenItHasEndedAnotherOneMayBegin(Phase end) throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            TenantClaims claims = new TenantClaims(ledger);
            long first = claims.create("first", "tenant", "spec", true, ACME).id();
            ledger.advance(first, Phase.BULK_COPY, "runs");
            ledger.advance(first, end, "over");
            assertThat(claims.of(first)).isEmpty();
            assertThat(claims.create("second", "tenant", "spec", true, ACME).phase())
                    .isEqualTo(Phase.PENDING);
        }
    }

    @Test
    void anEndThatIsRefusedKeepsTheTenant() throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            TenantClaims claims = new TenantClaims(ledger);
            long first = claims.create("first", "tenant", "spec", true, ACME).id();
            assertThatThrownBy(() -> ledger.advance(first, Phase.COMPLETED, "too early"))
                    .isInstanceOf(MigrationException.class);
            assertThat(claims.of(first)).hasSize(2);
        }
    }
}
