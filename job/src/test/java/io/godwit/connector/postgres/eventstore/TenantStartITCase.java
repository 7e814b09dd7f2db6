package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is looked at, and taken away again, around a tenant's migration. */
final class TenantStartITCase {

    private static final StoreVariant VARIANT = StoreVariant.CURRENT;
    private static final EventStoreMapping MAPPING = VARIANT.mapping();
    private static final String ACME = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";
    private static final String OTHER = "00000000-0000-4000-8000-000000000001";

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private PostgresDatabase store;

    @BeforeEach
    void createStore() {
        store = STORES.newStore(VARIANT);
    }

    private static void append(Connection connection, String tenant) throws SQLException {
        execute(
                connection,
                "INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,"
                        + " version, timestamp, payload) VALUES (gen_random_uuid(),"
                        + " gen_random_uuid(), 'X', 'Y', '"
                        + tenant
                        + "', 1, now(), '{}')");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private long first() throws SQLException {
        try (Connection connection = store.connect()) {
            return TenantPositions.first(
                    connection, StoreSchema.read(connection, MAPPING), List.of(ACME));
        }
    }

    @Test
    void aTenantBeginsAtItsFirstEventOrBehindTheLastOfOthers() throws SQLException {
        try (Connection writer = store.connect()) {
            append(writer, OTHER);
            append(writer, OTHER);
            assertThat(first()).isEqualTo(3);
            append(writer, ACME);
            append(writer, ACME);
            assertThat(first()).isEqualTo(3);
        }
    }

    @Test
    void aTenantMayBeginBelowItsFirstEventWhileAWriterIsOpen() throws SQLException {
        try (Connection slow = store.connect();
                Connection quick = store.connect()) {
            slow.setAutoCommit(false);
            append(quick, OTHER);
            append(slow, ACME);
            append(quick, ACME);
            assertThat(first()).as("position 2 is not committed").isLessThanOrEqualTo(2);
            slow.commit();
            assertThat(first()).isEqualTo(2);
        }
    }

    @Test
    void positionsBelowWhatIsReadAreAProblem() throws SQLException {
        try (Connection connection = store.connect()) {
            assertThat(TenantPositions.tooLow(connection, MAPPING)).isEmpty();
            execute(connection, "ALTER SEQUENCE events_global_position_seq MINVALUE -5 RESTART -5");
            append(connection, ACME);
            assertThat(TenantPositions.tooLow(connection, MAPPING).orElseThrow().what())
                    .contains("-5");
        }
    }

    @Test
    void theFenceNeedsTheTablesOwner() throws SQLException {
        String role = "writer_" + store.name();
        try (Connection owner = store.connect()) {
            assertThat(TableOwner.check(owner, MAPPING, "source")).isEmpty();
            execute(owner, "CREATE ROLE " + role + " LOGIN PASSWORD 'x'");
            execute(owner, "GRANT SELECT, INSERT, TRIGGER ON events TO " + role);
            execute(owner, "GRANT CREATE ON DATABASE " + store.name() + " TO " + role);
        }
        try (Connection other = DriverManager.getConnection(store.url(), role, "x")) {
            assertThat(TableOwner.check(other, MAPPING, "source"))
                    .singleElement()
                    .satisfies(f -> assertThat(f.stops()).isTrue())
                    .satisfies(f -> assertThat(f.remedy()).contains("TO source.user"));
        }
    }

    @Test
    void routesThatForbidAMigrationAreSaid() throws SQLException {
        ControlTables.create(TenantStores.spec(store, "shared", VARIANT));
        RouteCheck check = new RouteCheck("shared", "own");
        try (Connection connection = store.connect()) {
            assertThat(check.source(connection, MAPPING, ACME)).isEmpty();
            TenantRoutes routes = new TenantRoutes(MAPPING);
            routes.prepare(connection, ACME, "shared");
            assertThat(check.source(connection, MAPPING, ACME)).isEmpty();
            assertThat(new RouteCheck("renamed", "own").source(connection, MAPPING, ACME))
                    .anyMatch(Finding::stops);
            assertThat(check.target(connection, MAPPING, ACME))
                    .singleElement()
                    .satisfies(f -> assertThat(f.what()).contains("has moved already"));

            execute(connection, "UPDATE godwit.tenant_route SET state = 'moved', store_id = 'own'");
            assertThat(check.source(connection, MAPPING, ACME))
                    .singleElement()
                    .satisfies(f -> assertThat(f.what()).contains("has moved already"));
            assertThat(check.target(connection, MAPPING, ACME)).anyMatch(Finding::stops);
        }
    }

    @Test
    void routesAreForgottenAllOrNoneAndNeverOnceATenantHasMoved() throws SQLException {
        try (Connection connection = store.connect()) {
            assertThat(RouteRemoval.atSource(connection, List.of(ACME))).isZero();
            ControlTables.create(TenantStores.spec(store, "shared", VARIANT));
            TenantRoutes routes = new TenantRoutes(MAPPING);
            routes.prepare(connection, ACME, "shared");
            routes.prepare(connection, OTHER, "shared");
            execute(
                    connection,
                    "UPDATE godwit.tenant_route SET state = 'moved', store_id = 'own' WHERE"
                            + " tenant_id = '"
                            + ACME
                            + "'");
            assertThatThrownBy(() -> RouteRemoval.atSource(connection, List.of(OTHER, ACME)))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("godwit rollback");
            assertThat(RouteRemoval.left(connection)).containsExactly(OTHER, ACME);
            assertThat(RouteRemoval.atSource(connection, List.of(OTHER))).isEqualTo(1);
            assertThat(RouteRemoval.left(connection)).containsExactly(ACME);
            assertThat(RouteRemoval.atTarget(connection, List.of(ACME))).isEqualTo(1);
        }
    }
}
