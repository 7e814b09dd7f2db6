package io.godwit.connector.postgres.eventstore;

import static io.godwit.connector.postgres.eventstore.FencedStore.ACME;
import static io.godwit.connector.postgres.eventstore.FencedStore.MAPPING;
import static io.godwit.connector.postgres.eventstore.FencedStore.PATIENCE;
import static io.godwit.connector.postgres.eventstore.FencedStore.execute;
import static io.godwit.connector.postgres.eventstore.FencedStore.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

final class TenantRoutesITCase {

    private static final TenantRoutes ROUTES = new TenantRoutes(MAPPING);
    private static final TenantSwitch SWITCH = new TenantSwitch(MAPPING);

    private static PostgresServer server;

    @BeforeAll
    static void start() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void tenantGoesThereAndBack() throws SQLException {
        FencedStore shared = FencedStore.plain(server);
        FencedStore dedicated = FencedStore.plain(server);
        shared.fence().install(List.of(ACME));
        dedicated.fence().install(List.of(ACME));
        try (Connection source = shared.connect();
                Connection target = dedicated.connect()) {
            TenantRoute route = ROUTES.prepare(source, ACME, "shared");
            assertThat(route)
                    .isEqualTo(new TenantRoute(ACME, "shared", 1, TenantRoute.State.OPEN))
                    .isEqualTo(ROUTES.prepare(source, ACME, "shared"));
            TenantRoute closed = ROUTES.close(target, ACME, "shared", route.epoch());
            assertThat(closed)
                    .isEqualTo(new TenantRoute(ACME, "shared", 1, TenantRoute.State.MOVED))
                    .isEqualTo(ROUTES.close(target, ACME, "shared", route.epoch()));
            assertThatThrownBy(() -> dedicated.run(insert(ACME)))
                    .hasMessageContaining("has moved to store shared (epoch 1)");

            long there = move(shared, "dedicated");
            assertThat(ROUTES.open(target, ACME, "dedicated", there))
                    .isEqualTo(ROUTES.open(target, ACME, "dedicated", there));
            dedicated.run(insert(ACME));
            assertThatThrownBy(() -> shared.run(insert(ACME)))
                    .hasMessageContaining("has moved to store dedicated (epoch 2)");

            long back = move(dedicated, "shared");
            ROUTES.open(source, ACME, "shared", back);
            shared.run(insert(ACME));
            assertThat(ROUTES.read(source, ACME))
                    .contains(new TenantRoute(ACME, "shared", 3, TenantRoute.State.OPEN));
            assertThatThrownBy(() -> ROUTES.open(target, ACME, "dedicated", there))
                    .isInstanceOf(MigrationException.class);
        }
    }

    @Test
    void decisionsThatDoNotFitAreRefused() throws SQLException {
        FencedStore store = FencedStore.plain(server).prepared();
        try (Connection connection = store.connect()) {
            assertThatThrownBy(() -> ROUTES.prepare(connection, ACME, "elsewhere"))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("elsewhere");
            assertThatThrownBy(() -> ROUTES.close(connection, ACME, "shared", 1))
                    .isInstanceOf(MigrationException.class);
            store.moveAway(ACME);
            assertThatThrownBy(() -> store.moveAway(ACME))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("must be open here");
            assertThatThrownBy(() -> ROUTES.prepare(connection, ACME, "shared"))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("dedicated");
        }
    }

    @Test
    void forgottenTenantComesBackWithAHigherEpoch() throws SQLException {
        FencedStore store = FencedStore.plain(server).prepared();
        try (Connection connection = store.connect()) {
            store.moveAway(ACME);
            for (long epoch = 3; epoch < 5; epoch++) {
                ROUTES.forget(connection, ACME);
                assertThat(ROUTES.read(connection, ACME)).isEmpty();
                assertThat(ROUTES.prepare(connection, ACME, "shared").epoch()).isEqualTo(epoch);
            }
        }
    }

    @Test
    void tenantIsNamedAsItsColumnPrintsIt() throws SQLException {
        FencedStore store = FencedStore.plain(server);
        store.fence().install(List.of(ACME));
        try (Connection connection = store.connect()) {
            String capitals = ACME.toUpperCase(java.util.Locale.ROOT);
            assertThatThrownBy(() -> ROUTES.prepare(connection, capitals, "shared"))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("printed as " + ACME);
        }
    }

    @Test
    void moveIsToldWhenItIsCommitted() throws SQLException {
        FencedStore store = FencedStore.plain(server).prepared();
        try (Connection listener = store.connect();
                Connection cutover = store.begin()) {
            execute(listener, "LISTEN " + TenantRoutes.CHANNEL);
            PGConnection channel = listener.unwrap(PGConnection.class);
            SWITCH.lockExclusively(cutover, ACME, PATIENCE);
            SWITCH.move(cutover, ACME, "a \"quoted\" store");
            cutover.rollback();
            store.moveAway(ACME);
            PGNotification[] told = channel.getNotifications((int) PATIENCE.toMillis());
            assertThat(told)
                    .extracting(PGNotification::getParameter)
                    .containsExactly(
                            "{\"tenant_id\":\""
                                    + ACME
                                    + "\",\"store_id\":\"dedicated\",\"epoch\":2}");
        }
    }

    private static long move(FencedStore from, String to) throws SQLException {
        try (Connection cutover = from.begin()) {
            assertThat(SWITCH.lockExclusively(cutover, ACME, PATIENCE)).isTrue();
            long epoch = SWITCH.move(cutover, ACME, to);
            cutover.commit();
            return epoch;
        }
    }
}
