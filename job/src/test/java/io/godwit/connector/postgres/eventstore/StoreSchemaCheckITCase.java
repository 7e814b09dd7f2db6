package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.StoreSchemaCheck.Result;
import io.godwit.model.Finding;
import io.godwit.model.Finding.Weight;
import io.godwit.spec.Secret;
import io.godwit.spec.Tail;
import io.godwit.spec.TenantOptions;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the plan of a tenant's migration finds in two real stores. */
final class StoreSchemaCheckITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = TenantHistory.of(11, 300);
    private static final String TENANT = HISTORY.tenant(0);

    private PostgresDatabase source;
    private PostgresDatabase target;

    @BeforeEach
    void stores() {
        source = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        target = STORES.newStore(StoreVariant.CURRENT);
    }

    private static TenantOptions options(Tail tail, String... tenants) {
        return new TenantOptions(
                List.of(tenants),
                List.of("orders"),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                tail,
                null,
                null);
    }

    private static PostgresEventStoreSpec store(PostgresDatabase database, String id) {
        return TenantStores.spec(database, id, StoreVariant.CURRENT);
    }

    private Result check(String... tenants) {
        return check(store(source, "shared"), store(target, "dedicated"), tenants);
    }

    private static Result check(
            PostgresEventStoreSpec from, PostgresEventStoreSpec to, String... tenants) {
        return StoreSchemaCheck.check(
                from,
                to,
                options(Tail.LOGICAL, tenants.length == 0 ? new String[] {TENANT} : tenants),
                "test",
                false);
    }

    private static void execute(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The one finding that stops, with its remedy. */
    private static String problem(Result result) {
        List<Finding> stopping = result.findings().stream().filter(Finding::stops).toList();
        assertThat(stopping).as("%s", result.findings()).hasSize(1);
        assertThat(stopping.get(0).remedy()).isNotBlank();
        return stopping.get(0).what() + " | " + stopping.get(0).remedy();
    }

    private static List<String> notes(Result result) {
        return result.findings().stream()
                .filter(finding -> finding.weight() == Weight.NOTE)
                .map(Finding::what)
                .toList();
    }

    @Test
    void storesThatFitHaveNoProblem() {
        Result result = check();
        assertThat(result.ready()).as("%s", result.findings()).isTrue();
        assertThat(result.findings())
                .extracting(Finding::what)
                .contains("every row fits: 11 columns are copied as they are");
        assertThat(result.source().hasTxid()).isTrue();
        assertThat(notes(result)).singleElement().asString().contains("event_outbox");
    }

    @Test
    void everyVariantIsASourceForTheCurrentTarget() {
        for (StoreVariant variant : List.of(StoreVariant.BEFORE_0_8, StoreVariant.PARTITIONED)) {
            PostgresDatabase other = STORES.newStore(variant, HISTORY);
            Result result =
                    check(TenantStores.spec(other, "shared", variant), store(target, "dedicated"));
            assertThat(result.ready()).as("%s: %s", variant, result.findings()).isTrue();
        }
    }

    @Test
    void partitionedTargetIsSaid() {
        target = STORES.newStore(StoreVariant.PARTITIONED);
        Result result = check();
        assertThat(result.ready()).as("%s", result.findings()).isTrue();
        assertThat(notes(result)).anyMatch(n -> n.contains("neither event ids nor versions"));
    }

    @Test
    void storeOfAnotherMakeMovesToOneLikeIt() {
        StoreVariant journal = StoreVariant.JOURNAL;
        Result result =
                check(
                        TenantStores.spec(STORES.newStore(journal, HISTORY), "a", journal),
                        TenantStores.spec(STORES.newStore(journal), "b", journal));
        assertThat(result.findings()).extracting(Finding::weight).containsOnly(Weight.GOOD);
    }

    @Test
    void missingTableIsAProblemUnlessItIsToBeCreated() {
        target = STORES.newDatabase();
        assertThat(problem(check())).contains("no table events", "target.create_schema: true");
        PostgresEventStoreSpec creating =
                new PostgresEventStoreSpec(
                        "dedicated",
                        target.url(),
                        target.user(),
                        new Secret(target.password()),
                        EventStoreMapping.eventsourcePy(),
                        true);
        Result result = check(store(source, "shared"), creating);
        assertThat(result.ready()).isTrue();
        assertThat(notes(result)).anyMatch(n -> n.contains("will be created"));
    }

    @Test
    void missingColumnsAreNamedWithThoseThatAreThere() throws SQLException {
        execute(source, "ALTER TABLE events RENAME COLUMN payload TO body");
        execute(source, "ALTER TABLE events RENAME COLUMN version TO revision");
        assertThat(problem(check()))
                .contains("the source's table events has no column version, payload")
                .contains("source.event_store", "body", "revision");
    }

    @Test
    void columnOfAnotherTypeIsNamedWithBothTypes() throws SQLException {
        execute(target, "ALTER TABLE events ALTER COLUMN timestamp TYPE timestamp");
        assertThat(problem(check()))
                .contains("timestamp is timestamp with time zone in the source")
                .contains("timestamp without time zone in the target");
    }

    @Test
    void widerTextColumnFits() throws SQLException {
        execute(target, "ALTER TABLE events ALTER COLUMN event_type TYPE text");
        Result result = check();
        assertThat(result.ready()).isTrue();
        assertThat(notes(result)).anyMatch(n -> n.contains("event_type") && n.contains("fits"));
    }

    @Test
    void columnThatOnlyOneSideHasIsAProblem() throws SQLException {
        execute(source, "ALTER TABLE events ADD COLUMN region text");
        assertThat(problem(check())).contains("no column region", "ADD COLUMN \"region\" text");
        execute(target, "ALTER TABLE events ADD COLUMN region text, ADD zone int NOT NULL");
        assertThat(problem(check())).contains("zone must have a value");
    }

    @Test
    void targetWithoutUniqueEventIdsIsRefused() throws SQLException {
        execute(target, "ALTER TABLE events DROP CONSTRAINT events_event_id_key");
        assertThat(problem(check()))
                .contains("no unique index on event_id", "CREATE UNIQUE INDEX CONCURRENTLY");
        execute(target, "CREATE UNIQUE INDEX of_another_name ON events (event_id)");
        Result result = check();
        assertThat(result.ready()).isTrue();
        assertThat(notes(result)).anyMatch(n -> n.contains("no constraint named events_event_id"));
    }

    @Test
    void targetWithEventsOfTheTenantIsRefusedUntilItIsResumed() throws SQLException {
        HISTORY.fill(target, StoreVariant.CURRENT);
        assertThat(problem(check())).contains("has events of tenant " + TENANT + " already");
        Result resumed =
                StoreSchemaCheck.check(
                        store(source, "shared"),
                        store(target, "dedicated"),
                        options(Tail.POLL, TENANT),
                        "test",
                        true);
        assertThat(resumed.ready()).as("%s", resumed.findings()).isTrue();
    }

    @Test
    void targetWithEventsOfOthersIsFine() {
        TenantHistory others = new TenantHistory(12, 100, List.of(1));
        others.fill(target, StoreVariant.CURRENT);
        assertThat(check().ready()).isTrue();
    }

    @Test
    void triggerThatCouldPublishTheHistoryAgainIsRefused() throws SQLException {
        execute(
                target,
                """
                CREATE FUNCTION publish() RETURNS trigger LANGUAGE plpgsql
                    AS $$ BEGIN RETURN NEW; END $$;
                CREATE TRIGGER publish AFTER INSERT ON events
                    FOR EACH ROW EXECUTE FUNCTION publish();
                """);
        assertThat(problem(check()))
                .contains("trigger publish", "event_outbox", "DISABLE TRIGGER \"publish\"");
        execute(target, "DROP TABLE event_outbox");
        assertThat(notes(check())).anyMatch(n -> n.contains("trigger publish"));
    }

    @Test
    void sameStoreIsRefusedHoweverItIsWritten() {
        assertThat(problem(check(store(source, "a"), store(target, "a"))))
                .contains("both have the store_id a");
        PostgresEventStoreSpec again =
                new PostgresEventStoreSpec(
                        "b",
                        target.url().replace("127.0.0.1", "localhost"),
                        target.user(),
                        new Secret(target.password()),
                        EventStoreMapping.eventsourcePy(),
                        false);
        assertThat(problem(check(store(target, "a"), again))).contains("lead to the same database");
    }

    @Test
    void tenantIsSpeltAsItsColumnSpellsIt() {
        Result upper = check(TENANT.toUpperCase(java.util.Locale.ROOT));
        assertThat(upper.findings())
                .filteredOn(Finding::stops)
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f.remedy()).contains("write " + TENANT));
        assertThat(check("acme").findings())
                .filteredOn(Finding::stops)
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f.what()).contains("acme"));
    }

    @Test
    void tenantWithoutEventsAndEventsInTheOutboxAreSaid() throws SQLException {
        assertThat(notes(check("00000000-0000-0000-0000-000000000001")))
                .anyMatch(n -> n.contains("no event of tenant 00000000"));
        execute(
                source,
                "INSERT INTO event_outbox (event_id, event_type, aggregate_id, aggregate_type,"
                        + " tenant_id, event_data) SELECT event_id, event_type, aggregate_id,"
                        + " aggregate_type, tenant_id, payload FROM events WHERE tenant_id = '"
                        + TENANT
                        + "' LIMIT 3");
        assertThat(notes(check())).anyMatch(n -> n.startsWith("3 events of tenant " + TENANT));
    }
}
