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

/** What the plan of a tenant's migration says about servers, sessions and rights. */
final class StoreServerCheckITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = TenantHistory.of(13, 300);

    private PostgresDatabase source;
    private PostgresDatabase target;

    @BeforeEach
    void stores() {
        source = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        target = STORES.newStore(StoreVariant.CURRENT);
    }

    private static PostgresEventStoreSpec store(PostgresDatabase database, String id) {
        return TenantStores.spec(database, id, StoreVariant.CURRENT);
    }

    private static Result check(PostgresEventStoreSpec from, PostgresEventStoreSpec to) {
        TenantOptions options =
                new TenantOptions(
                        List.of(HISTORY.tenant(0)),
                        List.of("orders"),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        Tail.LOGICAL,
                        null,
                        null);
        return StoreSchemaCheck.check(from, to, options, "test", false);
    }

    private static void execute(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void rightsThatAreMissingAreNamed() throws SQLException {
        String role = "reader_of_" + source.name();
        execute(source, "CREATE ROLE " + role + " LOGIN PASSWORD 'x'");
        execute(source, "GRANT SELECT ON events TO " + role);
        PostgresEventStoreSpec reader =
                new PostgresEventStoreSpec(
                        "shared",
                        source.url(),
                        role,
                        new Secret("x"),
                        EventStoreMapping.eventsourcePy(),
                        false);
        Result result = check(reader, store(target, "dedicated"));
        assertThat(result.findings())
                .filteredOn(Finding::stops)
                .extracting(f -> f.what() + " | " + f.remedy())
                .anyMatch(t -> t.contains("no INSERT, TRIGGER on \"events\" of the source"))
                .anyMatch(t -> t.contains("GRANT SELECT, USAGE ON SEQUENCE"))
                .anyMatch(t -> t.contains("CREATE SCHEMA godwit AUTHORIZATION"))
                .anyMatch(t -> t.contains("no SELECT on \"snapshots\""))
                .anyMatch(t -> t.contains("no SELECT on \"projection_checkpoints\""));
        execute(source, "ALTER TABLE events ENABLE ROW LEVEL SECURITY");
        assertThat(check(reader, store(target, "dedicated")).findings())
                .extracting(Finding::what)
                .anyMatch(t -> t.contains("row security hides rows of the source's table events"));
    }

    @Test
    void preparedTransactionThatIsOldIsSaid() throws SQLException {
        try (Connection connection = source.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            statement.execute("CREATE TABLE left_behind (id int)");
            statement.execute("PREPARE TRANSACTION 'left-behind-" + source.name() + "'");
        }
        try (Connection looking = source.connect()) {
            assertThat(StoreServerCheck.oldTransactions(looking, 0))
                    .extracting(Finding::what)
                    .anyMatch(t -> t.contains("prepared transaction left-behind"));
            assertThat(check(store(source, "shared"), store(target, "dedicated")).ready()).isTrue();
        } finally {
            execute(source, "ROLLBACK PREPARED 'left-behind-" + source.name() + "'");
        }
    }

    @Test
    void openTransactionThatIsOldIsSaidWithItsSession() throws SQLException {
        try (Connection idle = source.connect();
                Statement statement = idle.createStatement();
                Connection looking = source.connect()) {
            idle.setAutoCommit(false);
            statement.execute("SET application_name = 'forgotten'");
            statement.execute("SELECT count(*) FROM events");
            assertThat(StoreServerCheck.oldTransactions(looking, 0))
                    .extracting(Finding::what)
                    .anyMatch(t -> t.contains("forgotten, idle in transaction"));
            assertThat(StoreServerCheck.oldTransactions(looking, 60)).isEmpty();
        }
    }

    @Test
    void storeThatCannotBeReachedIsSaidBesideWhatTheOtherOneSays() {
        PostgresEventStoreSpec away =
                new PostgresEventStoreSpec(
                        "shared",
                        "jdbc:postgresql://127.0.0.1:1/nowhere",
                        "me",
                        null,
                        EventStoreMapping.eventsourcePy(),
                        false);
        Result result = check(away, store(target, "dedicated"));
        assertThat(result.source()).isNull();
        assertThat(result.target().exists()).isTrue();
        assertThat(result.findings())
                .filteredOn(f -> f.weight() == Weight.UNREACHABLE)
                .singleElement()
                .extracting(Finding::remedy)
                .isEqualTo("check source.url and that the server runs");
    }
}
