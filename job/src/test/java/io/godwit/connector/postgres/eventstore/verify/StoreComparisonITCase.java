package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.EventStoreMapping.quoted;
import static io.godwit.connector.postgres.eventstore.verify.ComparedShapes.HISTORY;
import static io.godwit.connector.postgres.eventstore.verify.ComparedShapes.assertOnly;
import static io.godwit.connector.postgres.eventstore.verify.ComparedShapes.compare;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.number;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.query;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
import io.godwit.model.MigrationException;
import io.godwit.spec.VerificationLevel;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every level finds what it should in stores of every shape, and nothing else. */
final class StoreComparisonITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    static Stream<Arguments> stores() {
        return ComparedShapes.stores();
    }

    private static CopiedStores copied(StoreVariant variant, Correspondence how)
            throws SQLException {
        return ComparedShapes.copied(STORES, variant, how);
    }

    private static long rows(CopiedStores stores) throws SQLException {
        return number(
                stores.source(),
                "SELECT count(*) FROM " + stores.table() + " WHERE " + stores.ofTenants());
    }

    @ParameterizedTest
    @MethodSource("stores")
    void equalStoresMatchAtEveryLevel(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores = copied(variant, how);
        for (VerificationLevel level : VerificationLevel.values()) {
            assertThat(compare(stores, level))
                    .isEqualTo(new StoreVerdict(level, true, rows(stores), 0, 0, 0, List.of()));
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void emptyStoresMatchAtEveryLevel(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores =
                new CopiedStores(
                        variant,
                        how,
                        STORES.newStore(variant),
                        STORES.newStore(variant),
                        List.of(HISTORY.tenant(0)));
        for (VerificationLevel level : VerificationLevel.values()) {
            assertThat(compare(stores, level))
                    .isEqualTo(new StoreVerdict(level, true, 0, 0, 0, 0, List.of()));
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void rowsAboveWhatIsComparedAreIgnored(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores = copied(variant, how);
        long below =
                number(
                        stores.source(),
                        "SELECT count(*) FROM "
                                + stores.table()
                                + " WHERE "
                                + stores.ofTenants()
                                + " AND "
                                + stores.position()
                                + " <= 2000");
        for (VerificationLevel level : VerificationLevel.values()) {
            StoreVerdict verdict = stores.comparison().compare(level, 2000);
            assertThat(verdict).isEqualTo(new StoreVerdict(level, true, below, 0, 0, 0, List.of()));
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void missingRowIsFoundAtEveryLevel(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores = copied(variant, how);
        String event = stores.events().get(700);
        run(stores.target(), "DELETE FROM " + stores.table() + " WHERE " + stores.event(event));
        for (VerificationLevel level : VerificationLevel.values()) {
            StoreVerdict verdict = compare(stores, level);
            assertThat(verdict.missing()).as("%s", verdict).isEqualTo(1);
            assertOnly(verdict, Kind.MISSING, event);
            assertThat(verdict.named().get(0).position())
                    .isEqualTo(
                            number(
                                    stores.source(),
                                    "SELECT "
                                            + stores.position()
                                            + " FROM "
                                            + stores.table()
                                            + " WHERE "
                                            + stores.event(event)));
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void extraRowIsFoundAtEveryLevel(StoreVariant variant, Correspondence how) throws SQLException {
        CopiedStores stores = copied(variant, how);
        run(
                stores.source(),
                "DELETE FROM "
                        + stores.table()
                        + " WHERE "
                        + stores.event(stores.events().get(700)));
        for (VerificationLevel level : VerificationLevel.values()) {
            StoreVerdict verdict = compare(stores, level);
            assertThat(verdict.extra()).as("%s", verdict).isEqualTo(1);
            assertOnly(verdict, Kind.EXTRA, verdict.named().get(0).eventId());
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void rowThatWentToAnotherTenantIsFoundAtEveryLevel(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores = copied(variant, how);
        String event = stores.events().get(5);
        stores.change(
                stores.event(event),
                quoted(variant.mapping().tenantId()) + " = '" + HISTORY.tenant(2) + "'",
                false);
        for (VerificationLevel level : VerificationLevel.values()) {
            assertOnly(compare(stores, level), Kind.MISSING, event);
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void duplicateIsFoundAtEveryLevel(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores = copied(variant, how);
        String event = stores.events().get(300);
        String identity =
                switch (variant) {
                    // Its keys have the time in them.
                    case PARTITIONED -> "timestamp = timestamp + interval '1 second'";
                    case CURRENT, BEFORE_0_8 ->
                            "event_id = gen_random_uuid(), version = version + 1000";
                    case JOURNAL -> "id = 'copy of ' || id, revision = revision + 1000";
                };
        // Behind the last row of the source.
        stores.change(
                stores.event(event),
                identity
                        + ", "
                        + stores.position()
                        + " = "
                        + stores.position()
                        + " + "
                        + (how.byPosition() ? 500_000 : 3_000_000),
                true);
        for (VerificationLevel level : VerificationLevel.values()) {
            StoreVerdict verdict = compare(stores, level);
            assertThat(verdict.matched()).as("%s %s", level, verdict).isFalse();
            assertThat(verdict.extra()).as("%s", verdict).isEqualTo(1);
            assertThat(verdict.missing()).isZero();
        }
    }

    @Test
    void onlyTheFirstDifferencesAreNamedByPositionAndAllAreCounted() throws SQLException {
        for (Correspondence how : List.of(Correspondence.kept(0), Correspondence.appended())) {
            CopiedStores stores = copied(StoreVariant.CURRENT, how);
            run(stores.target(), "DELETE FROM events WHERE " + stores.ofTenants());
            for (VerificationLevel level : VerificationLevel.values()) {
                StoreVerdict verdict = compare(stores, level);
                assertThat(verdict.missing()).isEqualTo(rows(stores));
                assertThat(verdict.named())
                        .hasSize(StoreVerdict.NAMED)
                        .extracting(Difference::eventId)
                        .containsExactlyElementsOf(
                                query(
                                        stores.source(),
                                        "SELECT event_id FROM events WHERE "
                                                + stores.ofTenants()
                                                + " ORDER BY global_position LIMIT 20"));
                assertThat(verdict.notNamed()).isEqualTo(rows(stores) - 20);
            }
        }
    }

    @Test
    void streamWithOneEventLessIsFoundWhereAnotherOneHasOneMore() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.kept(0));
        String event = stores.events().get(900);
        stores.change(stores.event(event), "aggregate_id = gen_random_uuid(), version = 1", false);
        StoreVerdict verdict = compare(stores, VerificationLevel.COUNT);
        assertThat(verdict.different()).as("%s", verdict).isEqualTo(2);
        assertThat(verdict.named()).allMatch(Difference::ofWholeStream);
    }

    @Test
    void storeThatCannotBeReadIsAnErrorAndNoVerdict() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.kept(0));
        StoreComparison comparison = stores.comparison();
        run(stores.target(), "ALTER TABLE events RENAME COLUMN actor_id TO actor");
        assertThatThrownBy(() -> comparison.compare(VerificationLevel.HASH, 1000))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("actor_id");
    }
}
