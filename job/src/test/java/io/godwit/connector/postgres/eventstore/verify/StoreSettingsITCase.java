package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.number;
import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.model.MigrationException;
import io.godwit.spec.Secret;
import io.godwit.spec.VerificationLevel;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a database or a role has set does not change the verdict. */
final class StoreSettingsITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = TenantHistory.of(61, 1200);

    static List<Correspondence> ways() {
        return StoreComparisonUnderWritesITCase.ways();
    }

    private static CopiedStores stores(PostgresDatabase target, Correspondence how)
            throws SQLException {
        PostgresDatabase source = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        return new CopiedStores(
                StoreVariant.CURRENT, how, source, target, List.of(HISTORY.tenant(0)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void settingsOfDatabaseAndRoleDoNotMatter(Correspondence how) throws SQLException {
        CopiedStores stores = stores(STORES.newStore(StoreVariant.CURRENT), how);
        for (PostgresDatabase database : List.of(stores.source(), stores.target())) {
            run(
                    database,
                    "ALTER TABLE events ADD took interval, ADD score float8, ADD raw bytea,"
                            + " ADD price money, ADD day date, ADD at timestamp, ADD tags text[]");
        }
        run(
                stores.source(),
                """
                UPDATE events SET took = global_position * interval '1 day 17 seconds',
                    score = 1.0 / global_position, raw = decode(md5(event_id::text), 'hex'),
                    price = global_position, day = timestamp::date, at = timestamp,
                    tags = ARRAY[event_type, NULL, 'a "b"']
                """);
        stores.copyAll();
        String name = stores.target().name();
        run(
                stores.target(),
                "ALTER DATABASE " + name + " SET timezone = 'Asia/Kathmandu'",
                "ALTER DATABASE " + name + " SET datestyle = 'German'",
                "ALTER DATABASE " + name + " SET intervalstyle = 'iso_8601'",
                "ALTER DATABASE " + name + " SET extra_float_digits = -3",
                "ALTER DATABASE " + name + " SET bytea_output = 'escape'",
                "ALTER DATABASE " + name + " SET default_transaction_isolation = 'serializable'",
                "ALTER ROLE postgres IN DATABASE " + name + " SET intervalstyle = 'sql_standard'",
                "ALTER ROLE postgres IN DATABASE " + name + " SET timezone = 'America/Caracas'");
        for (VerificationLevel level : VerificationLevel.values()) {
            StoreVerdict verdict = stores.comparison().compare(level, 10_000);
            assertThat(verdict.matched()).as("%s %s", verdict, verdict.named()).isTrue();
        }
    }

    @Test
    void statementTimeoutIsForOthers() throws Exception {
        CopiedStores stores = stores(STORES.newStore(StoreVariant.CURRENT), Correspondence.kept(0));
        stores.copyAll();
        StoreComparison comparison = stores.comparison();
        run(
                stores.target(),
                "ALTER DATABASE " + stores.target().name() + " SET statement_timeout = '1s'");
        try (Connection holder = stores.target().connect();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE");
            CompletableFuture<StoreVerdict> verdict =
                    CompletableFuture.supplyAsync(
                            () -> comparison.compare(VerificationLevel.HASH, 10_000));
            await().atMost(Duration.ofMinutes(1))
                    .until(
                            () ->
                                    number(
                                                    stores.target(),
                                                    """
                                                    SELECT count(*) FROM pg_stat_activity
                                                    WHERE wait_event_type = 'Lock'
                                                        AND datname = current_database()
                                                        AND clock_timestamp() - query_start
                                                            > interval '2 seconds'
                                                    """)
                                            == 1);
            holder.rollback();
            assertThat(verdict.get(1, TimeUnit.MINUTES).matched()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void encodingAndCollationDoNotMatter(Correspondence how) throws SQLException {
        String name = "latin_" + (how.byPosition() ? "kept" : "appended");
        try (Connection connection = STORES.newDatabase().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE DATABASE "
                            + name
                            + " ENCODING 'LATIN9' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
        }
        PostgresDatabase any = STORES.newDatabase();
        PostgresDatabase target =
                new PostgresDatabase(
                        any.url().replace(any.name(), name), any.user(), any.password(), name);
        TenantStores.create(target, StoreVariant.CURRENT);
        CopiedStores stores = stores(target, how);
        run(
                stores.source(),
                "UPDATE events SET actor_id = 'größer-' || version,"
                        + " payload = replace(payload::text, '数', 'ß')::jsonb");
        stores.copyAll();
        assertThat(number(target, "SELECT count(*) FROM events")).isGreaterThan(500);
        for (VerificationLevel level : VerificationLevel.values()) {
            StoreVerdict verdict = stores.comparison().compare(level, 10_000);
            assertThat(verdict.matched()).as("%s %s", verdict, verdict.named()).isTrue();
        }
    }

    @Test
    void widerTypeHoldsTheSame() throws SQLException {
        CopiedStores stores =
                stores(STORES.newStore(StoreVariant.CURRENT), Correspondence.appended());
        run(
                stores.target(),
                "ALTER TABLE events ALTER actor_id TYPE text, ALTER event_type TYPE varchar(500)");
        stores.copyAll();
        assertThat(stores.comparison().compare(VerificationLevel.HASH, 10_000).matched()).isTrue();
        assertThat(stores.comparison().compare(VerificationLevel.FULL, 10_000).matched()).isTrue();
    }

    @Test
    void rowsThatAPolicyHidesAreAnErrorAndNotMissing() throws SQLException {
        CopiedStores stores = stores(STORES.newStore(StoreVariant.CURRENT), Correspondence.kept(0));
        stores.copyAll();
        run(
                stores.target(),
                "DROP ROLE IF EXISTS watched",
                "CREATE ROLE watched LOGIN PASSWORD 'watched'",
                "GRANT SELECT ON events TO watched",
                "ALTER TABLE events ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY few ON events USING (global_position % 2 = 0)");
        PostgresEventStoreSpec watched =
                new PostgresEventStoreSpec(
                        "dedicated",
                        stores.target().url(),
                        "watched",
                        new Secret("watched"),
                        stores.mapping(),
                        false);
        StoreComparison comparison =
                new StoreComparison(
                        stores.sourceSpec(),
                        watched,
                        stores.tenants(),
                        stores.columns(),
                        stores.how(),
                        "test");
        assertThatThrownBy(() -> comparison.compare(VerificationLevel.HASH, 10_000))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("row-level security");
    }
}
