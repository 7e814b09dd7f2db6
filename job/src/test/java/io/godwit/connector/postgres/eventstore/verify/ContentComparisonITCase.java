package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.EventStoreMapping.quoted;
import static io.godwit.connector.postgres.eventstore.verify.ComparedShapes.assertOnly;
import static io.godwit.connector.postgres.eventstore.verify.ComparedShapes.compare;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.query;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
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

/** What a count cannot show: other content, another order. */
final class ContentComparisonITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    static Stream<Arguments> stores() {
        return ComparedShapes.stores();
    }

    private static CopiedStores copied(StoreVariant variant, Correspondence how)
            throws SQLException {
        return ComparedShapes.copied(STORES, variant, how);
    }

    @ParameterizedTest
    @MethodSource("stores")
    void changedPayloadIsFoundByHashAndFull(StoreVariant variant, Correspondence how)
            throws SQLException {
        String payload = quoted(variant.mapping().payload());
        assertChangeIsFound(
                copied(variant, how),
                variant.mapping().payload(),
                payload
                        + " = replace("
                        + payload
                        + "::text, '\"source\": \"kit\"', '\"source\": \"KIT\"')::"
                        + (variant == StoreVariant.JOURNAL ? "json" : "jsonb"));
    }

    @ParameterizedTest
    @MethodSource("stores")
    void changedTimeIsFoundByHashAndFull(StoreVariant variant, Correspondence how)
            throws SQLException {
        String column = variant == StoreVariant.JOURNAL ? "at" : "created_at";
        assertChangeIsFound(
                copied(variant, how),
                column,
                column + " = " + column + " + interval '1 microsecond'");
    }

    @Test
    void emptyTextInPlaceOfNullIsFoundByHashAndFull() throws SQLException {
        for (Correspondence how : List.of(Correspondence.kept(0), Correspondence.appended())) {
            CopiedStores stores = copied(StoreVariant.CURRENT, how);
            run(stores.source(), "UPDATE events SET actor_id = NULL");
            run(stores.target(), "UPDATE events SET actor_id = NULL");
            assertChangeIsFound(stores, "actor_id", "actor_id = ''");
        }
    }

    @Test
    void textThatWentFromOneColumnToTheNextIsFound() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.kept(0));
        String where = "global_position = 1000";
        run(
                stores.source(),
                "UPDATE events SET aggregate_type = 'ab', event_type = 'c', tenant_id = '"
                        + stores.tenants().get(0)
                        + "' WHERE "
                        + where);
        run(stores.target(), "DELETE FROM events WHERE " + where);
        stores.copy(999, 1000);
        assertThat(compare(stores, VerificationLevel.HASH).matched()).isTrue();
        stores.change(where, "aggregate_type = 'a', event_type = 'bc'", false);
        assertThat(compare(stores, VerificationLevel.HASH).different()).isEqualTo(1);
    }

    private static void assertChangeIsFound(CopiedStores stores, String column, String set)
            throws SQLException {
        String event = stores.events().get(1200);
        stores.change(stores.event(event), set, false);
        assertThat(compare(stores, VerificationLevel.COUNT).matched()).isTrue();
        for (VerificationLevel level : List.of(VerificationLevel.HASH, VerificationLevel.FULL)) {
            StoreVerdict verdict = compare(stores, level);
            assertThat(verdict.different()).as("%s", verdict).isEqualTo(1);
            assertOnly(verdict, Kind.DIFFERENT, event);
            assertThat(verdict.named().get(0).columns())
                    .extracting(Difference.Column::name)
                    .containsExactly(column);
            Difference.Column values = verdict.named().get(0).columns().get(0);
            assertThat(values.source()).as("%s", values).isNotEqualTo(values.target());
        }
    }

    @ParameterizedTest
    @MethodSource("stores")
    void swappedOrderIsFoundByHashAndFull(StoreVariant variant, Correspondence how)
            throws SQLException {
        CopiedStores stores = copied(variant, how);
        List<String> two = neighbours(stores);
        String which = stores.event(two.get(0)) + " OR " + stores.event(two.get(1));
        String sum =
                query(
                                stores.target(),
                                "SELECT sum("
                                        + stores.position()
                                        + ") FROM "
                                        + stores.table()
                                        + " WHERE "
                                        + which)
                        .get(0);
        stores.change(which, stores.position() + " = " + sum + " - " + stores.position(), false);
        assertThat(compare(stores, VerificationLevel.COUNT).matched()).isTrue();
        for (VerificationLevel level : List.of(VerificationLevel.HASH, VerificationLevel.FULL)) {
            StoreVerdict verdict = compare(stores, level);
            assertThat(verdict.matched()).isFalse();
            assertThat(verdict.named())
                    .hasSizeBetween(2, 3)
                    .allMatch(
                            named ->
                                    named.kind()
                                            == (how.byPosition() ? Kind.DIFFERENT : Kind.ORDER))
                    .extracting(Difference::eventId)
                    .containsAll(two);
        }
    }

    @Test
    void rowsThatExchangedTheirPositionsWithinABucketAreFound() throws SQLException {
        CopiedStores stores = copied(StoreVariant.CURRENT, Correspondence.kept(1_000_000));
        long width = Buckets.of(1, 150_000).width();
        String which =
                stores.ofTenants()
                        + " AND global_position - 1000001 BETWEEN "
                        + 20 * width
                        + " AND "
                        + (21 * width - 1);
        String ends =
                query(
                                stores.target(),
                                "SELECT min(global_position) + max(global_position) FROM events"
                                        + " WHERE "
                                        + which)
                        .get(0);
        stores.change(which, "global_position = " + ends + " - global_position", false);
        StoreVerdict full = compare(stores, VerificationLevel.FULL);
        StoreVerdict hash = compare(stores, VerificationLevel.HASH);
        assertThat(full.different() + full.missing()).isGreaterThan(10);
        assertThat(hash.named()).isEqualTo(full.named());
        assertThat(compare(stores, VerificationLevel.COUNT).matched()).isTrue();
    }

    /** Two events that follow one another in a stream. */
    private static List<String> neighbours(CopiedStores stores) throws SQLException {
        String id = quoted(stores.mapping().eventId());
        String stream =
                String.join(", ", stores.mapping().stream().stream().map(c -> quoted(c)).toList());
        return query(
                stores.source(),
                "SELECT unnest(ARRAY[id, next]) FROM (SELECT "
                        + id
                        + " AS id, lead("
                        + id
                        + ") OVER (PARTITION BY "
                        + stream
                        + " ORDER BY "
                        + stores.position()
                        + ") AS next, "
                        + stores.position()
                        + " AS p FROM "
                        + stores.table()
                        + " WHERE "
                        + stores.ofTenants()
                        + ") e WHERE next IS NOT NULL AND p > 500 ORDER BY p LIMIT 2");
    }
}
