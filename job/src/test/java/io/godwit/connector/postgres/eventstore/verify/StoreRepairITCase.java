package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.EventStoreMapping.quoted;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.query;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.TenantRoutes;
import io.godwit.connector.postgres.eventstore.WriteFence;
import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
import io.godwit.model.MigrationException;
import io.godwit.spec.VerificationLevel;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Exactly the named rows are written anew, in one transaction. */
final class StoreRepairITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = TenantHistory.of(71, 1200);
    private static final TenantHistory OTHERS = TenantHistory.of(72, 300);

    static Stream<Arguments> stores() {
        return ComparedShapes.stores();
    }

    private static CopiedStores copied(StoreVariant variant, Correspondence how)
            throws SQLException {
        PostgresDatabase target = STORES.newStore(variant);
        if (!how.equals(Correspondence.kept(0))) {
            OTHERS.fill(target, variant);
        }
        PostgresDatabase source = STORES.newStore(variant, HISTORY);
        CopiedStores stores =
                new CopiedStores(variant, how, source, target, List.of(HISTORY.tenant(0)));
        stores.copyAll();
        return stores;
    }

    private static StoreVerdict compare(CopiedStores stores) throws SQLException {
        return stores.comparison().compare(VerificationLevel.FULL, 1_000_000);
    }

    private static List<String> rows(CopiedStores stores) {
        return TenantRows.withPositions(stores.target(), stores.mapping(), stores.tenants().get(0));
    }

    @ParameterizedTest
    @MethodSource("stores")
    void missingAndDifferentRowsAreAsTheSourceHasThem(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores = copied(variant, how);
        List<String> before = rows(stores);
        List<String> others =
                TenantRows.withPositions(stores.target(), stores.mapping(), OTHERS.tenant(0));
        List<String> events = stores.events();
        String payload = quoted(variant.mapping().payload());
        stores.change(stores.event(events.get(10)), payload + " = '{}'", false);
        // The last one of its stream and of the store, so that the target can append it.
        String last = events.get(events.size() - 1);
        run(stores.target(), "DELETE FROM " + stores.table() + " WHERE " + stores.event(last));
        StoreVerdict verdict = compare(stores);
        assertThat(verdict.missing() + verdict.different()).as("%s", verdict).isEqualTo(2);
        StoreRepair.Result result = stores.repair().repair(verdict);
        assertThat(result).isEqualTo(new StoreRepair.Result(1, 1, List.of(), 0));
        assertThat(compare(stores).matched()).as("%s", compare(stores).named()).isTrue();
        if (how.byPosition()) {
            assertThat(rows(stores)).isEqualTo(before);
        }
        assertThat(TenantRows.withPositions(stores.target(), stores.mapping(), OTHERS.tenant(0)))
                .isEqualTo(others);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void rowThatWentToAnotherTenantComesBackToItsPlace(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores = copied(variant, how);
        List<String> before = rows(stores);
        stores.change(
                stores.event(stores.events().get(20)),
                quoted(variant.mapping().tenantId()) + " = '" + HISTORY.tenant(2) + "'",
                false);
        assertThat(stores.repair().repair(compare(stores)))
                .isEqualTo(new StoreRepair.Result(1, 0, List.of(), 0));
        assertThat(rows(stores)).isEqualTo(before);
    }

    @Test
    void rowsThatExchangedTheirPositionsGoBack() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.kept(1_000_000));
        List<String> before = rows(stores);
        List<String> two = stores.events().subList(30, 32);
        String which = stores.event(two.get(0)) + " OR " + stores.event(two.get(1));
        String sum =
                query(stores.target(), "SELECT sum(global_position) FROM events WHERE " + which)
                        .get(0);
        stores.change(which, "global_position = " + sum + " - global_position", false);
        assertThat(stores.repair().repair(compare(stores)))
                .isEqualTo(new StoreRepair.Result(2, 0, List.of(), 0));
        assertThat(rows(stores)).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void extraRowsAreLeft(StoreVariant variant, Correspondence how) throws SQLException {
        CopiedStores stores = copied(variant, how);
        String event = stores.events().get(40);
        run(stores.source(), "DELETE FROM " + stores.table() + " WHERE " + stores.event(event));
        StoreVerdict verdict = compare(stores);
        List<String> before = rows(stores);
        StoreRepair.Result result = stores.repair().repair(verdict);
        assertThat(result.left()).extracting(Difference::kind).containsExactly(Kind.EXTRA);
        assertThat(result.inserted() + result.rewritten()).isZero();
        assertThat(rows(stores)).isEqualTo(before);
    }

    @Test
    void aMissingRowInTheMiddleOfAStreamIsAppendedAndThenOutOfOrder() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.appended());
        String event =
                query(
                                stores.source(),
                                "SELECT event_id FROM events WHERE version = 2 AND "
                                        + stores.ofTenants()
                                        + " ORDER BY global_position LIMIT 1")
                        .get(0);
        run(stores.target(), "DELETE FROM events WHERE " + stores.event(event));
        assertThat(stores.repair().repair(compare(stores)).inserted()).isEqualTo(1);
        StoreVerdict verdict = compare(stores);
        assertThat(verdict.missing() + verdict.extra()).isZero();
        assertThat(verdict.named()).isNotEmpty().allMatch(named -> named.kind() == Kind.ORDER);
        assertThat(stores.repair().repair(verdict).left()).isEqualTo(verdict.named());
    }

    @Test
    void whatWasNotNamedIsReportedAndRepairedByTheNextTurns() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.kept(0));
        List<String> before = rows(stores);
        run(
                stores.target(),
                "DELETE FROM events WHERE event_id IN ("
                        + stores.events().stream()
                                .limit(50)
                                .map(e -> "'" + e + "'")
                                .collect(Collectors.joining(","))
                        + ")");
        List<Long> notNamed = new ArrayList<>();
        for (StoreVerdict v = compare(stores); !v.matched(); v = compare(stores)) {
            notNamed.add(stores.repair().repair(v).notNamed());
        }
        assertThat(notNamed).containsExactly(30L, 10L, 0L);
        assertThat(rows(stores)).isEqualTo(before);
    }

    @Test
    void anEventAtAnotherPositionIsNotTouchedAndNothingElseIsEither() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.kept(0));
        List<String> events = stores.events();
        stores.change(stores.event(events.get(3)), "global_position = 900000", false);
        stores.change(stores.event(events.get(5)), "payload = '{}'", false);
        StoreVerdict verdict = compare(stores);
        assertThat(verdict.named())
                .extracting(Difference::kind)
                .containsExactly(Kind.MISSING, Kind.DIFFERENT, Kind.EXTRA);
        List<String> before = rows(stores);
        StoreRepair repair = stores.repair();
        assertThatThrownBy(() -> repair.repair(verdict))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("at another position");
        assertThat(rows(stores)).isEqualTo(before);
    }

    @Test
    void aTargetThatIsClosedToWritersTakesTheRepair() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.kept(0));
        new WriteFence(stores.targetSpec(), "test").install(stores.tenants());
        try (Connection connection = stores.target().connect()) {
            new TenantRoutes(stores.mapping())
                    .close(connection, stores.tenants().get(0), "shared", 1);
        }
        run(stores.target(), "DELETE FROM events WHERE " + stores.event(stores.events().get(7)));
        assertThat(stores.repair().repair(compare(stores)).inserted()).isEqualTo(1);
        assertThat(compare(stores).matched()).isTrue();
    }
}
