package io.godwit.connector.postgres.eventstore.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.verify.Difference.Kind;
import io.godwit.spec.VerificationLevel;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Every shape of store with both ways of copying, as arguments, and freshly copied. */
final class ComparedShapes {

    static final TenantHistory HISTORY = TenantHistory.of(41, 2400);

    /** Rows of other tenants that were in the target before. */
    private static final TenantHistory OTHERS = TenantHistory.of(42, 500);

    private ComparedShapes() {}

    static Stream<Arguments> stores() {
        return Stream.concat(
                Stream.of(Arguments.of(StoreVariant.CURRENT, Correspondence.kept(0))),
                Arrays.stream(StoreVariant.values())
                        .flatMap(
                                variant ->
                                        Stream.of(
                                                        Correspondence.kept(1_000_000),
                                                        Correspondence.appended())
                                                .map(how -> Arguments.of(variant, how))));
    }

    static CopiedStores copied(TenantStores all, StoreVariant variant, Correspondence how)
            throws SQLException {
        PostgresDatabase target = all.newStore(variant);
        if (!how.equals(Correspondence.kept(0))) {
            OTHERS.fill(target, variant);
        }
        CopiedStores stores =
                new CopiedStores(
                        variant,
                        how,
                        all.newStore(variant, HISTORY),
                        target,
                        List.of(HISTORY.tenant(0), HISTORY.tenant(1)));
        // So that a bucket of positions holds many rows.
        stores.stretch();
        stores.copyAll();
        return stores;
    }

    /** Everything. */
    static StoreVerdict compare(CopiedStores stores, VerificationLevel level) throws SQLException {
        return stores.comparison().compare(level, Long.MAX_VALUE);
    }

    static void assertOnly(StoreVerdict verdict, Kind kind, String event) {
        assertThat(verdict.matched()).as("%s", verdict).isFalse();
        assertThat(verdict.named())
                .as("%s", verdict)
                .singleElement()
                .satisfies(
                        named -> {
                            assertThat(named.kind()).isEqualTo(kind);
                            assertThat(named.eventId()).isEqualTo(event);
                            assertThat(named.stream()).isNotEmpty();
                            assertThat(named.version()).isPositive();
                        });
    }
}
