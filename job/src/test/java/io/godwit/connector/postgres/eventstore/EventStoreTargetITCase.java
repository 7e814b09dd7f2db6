package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.EventRows.Stretch;
import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.model.SequenceRange;
import io.godwit.spec.Secret;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows of a tenant, read from a shared table and applied to its own, on real PostgreSQL. */
final class EventStoreTargetITCase {

    private static final String TABLE =
            """
            CREATE TABLE events (
              global_position BIGSERIAL PRIMARY KEY,
              event_id UUID NOT NULL UNIQUE,
              aggregate_id UUID NOT NULL,
              aggregate_type VARCHAR(255) NOT NULL,
              event_type VARCHAR(255) NOT NULL,
              tenant_id UUID,
              actor_id VARCHAR(255),
              version INTEGER NOT NULL,
              timestamp TIMESTAMPTZ NOT NULL,
              payload JSONB NOT NULL,
              created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
              CONSTRAINT uq_events_aggregate_version
                UNIQUE (aggregate_id, aggregate_type, version))
            """;

    private static final List<String> COLUMNS =
            List.of(
                    "global_position",
                    "event_id",
                    "aggregate_id",
                    "aggregate_type",
                    "event_type",
                    "tenant_id",
                    "actor_id",
                    "version",
                    "timestamp",
                    "payload",
                    "created_at");

    /** Three tenants in turn; payloads with what a second serialisation would change. */
    private static final String FILL =
            """
            INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                actor_id, version, timestamp, payload, created_at)
            SELECT md5('event' || i)::uuid, md5('stream' || i / 30)::uuid, 'Order', 'Placed',
                   ('00000000-0000-0000-0000-00000000000' || i % 3)::uuid,
                   CASE WHEN i % 2 = 0 THEN 'actor ' || i END, i % 30 + 1,
                   '2025-01-01 00:00:00.123456+00'::timestamptz + i * interval '1 second',
                   ('{"z": 1.0, "a": 1e400, "text": "\\u00fc \\ud83d\\ude00", "n": null, "i": '
                     || i || '}')::jsonb,
                   '2024-06-01 12:00:00.000001+02'::timestamptz + i * interval '1 millisecond'
            FROM generate_series(1, 900) i
            """;

    private static final String TENANT = "00000000-0000-0000-0000-000000000001";

    private static PostgresServer server;

    private PostgresDatabase source;
    private PostgresDatabase target;

    @BeforeAll
    static void startServer() {
        server = PostgresServer.start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void createStores() throws SQLException {
        source = server.newDatabase();
        target = server.newDatabase();
        run(source, TABLE, FILL);
        run(target, TABLE);
        ControlTables.create(spec());
    }

    private static void run(PostgresDatabase database, String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Whole rows as they are printed, in order. */
    private static List<String> rows(PostgresDatabase database, String where) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT e::text FROM events e WHERE "
                                        + where
                                        + " ORDER BY global_position")) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }

    private static String ofTenant() {
        return "tenant_id = '" + TENANT + "'";
    }

    private List<StoredEvent> read(long from, long until, int limit) throws SQLException {
        try (Connection connection = source.connect()) {
            EventRows reader =
                    new EventRows(
                            StoreSchema.read(connection, EventStoreMapping.eventsourcePy()),
                            COLUMNS,
                            List.of(TENANT));
            return reader.read(
                    connection, new SequenceRange(from, until), limit, false, Stretch.BULK);
        }
    }

    private PostgresEventStoreSpec spec() {
        return new PostgresEventStoreSpec(
                "dedicated",
                target.url(),
                target.user(),
                new Secret(target.password()),
                EventStoreMapping.eventsourcePy(),
                false);
    }

    private EventStoreTarget writer(long offset) {
        return new EventStoreTarget(spec(), COLUMNS, offset, new AppliedThrough("test", "shared"));
    }

    @Test
    void aRangeIsReadInPagesAndEndsWithItsMark() throws SQLException {
        List<StoredEvent> page = read(1, 901, 100);
        assertThat(page).hasSize(100).noneMatch(StoredEvent::isMark);
        assertThat(page.get(0).sequence()).isEqualTo(1);
        assertThat(page.get(99).sequence()).isEqualTo(298);
        List<StoredEvent> rest = read(299, 901, 1000);
        assertThat(rest).hasSize(201);
        assertThat(rest.get(199).sequence()).isEqualTo(898);
        assertThat(rest.get(200)).isEqualTo(StoredEvent.mark(900, false));
        assertThat(read(2, 4, 10)).containsExactly(StoredEvent.mark(3, false));
        assertThat(read(898, 899, 10)).as("its last position is a row").hasSize(1);
    }

    @Test
    void rowsArriveAsTheyWereAndAReplayChangesNothing() throws SQLException {
        try (EventStoreTarget writer = writer(0)) {
            assertThat(writer.apply(read(1, 301, 1000))).isEqualTo(new ApplyResult(100, 0, 0));
            assertThat(writer.apply(read(1, 601, 1000))).isEqualTo(new ApplyResult(100, 100, 0));
            assertThat(writer.apply(read(1, 601, 1000))).isEqualTo(new ApplyResult(0, 200, 0));
            assertThat(writer.apply(read(601, 901, 1000))).isEqualTo(new ApplyResult(100, 0, 0));
        }
        assertThat(rows(target, "true")).hasSize(300).isEqualTo(rows(source, ofTenant()));
    }

    @Test
    void positionsAreMovedByTheOffset() throws SQLException {
        try (EventStoreTarget writer = writer(1_000_000)) {
            writer.apply(read(1, 901, 1000));
            assertThat(writer.apply(read(1, 901, 1000))).isEqualTo(new ApplyResult(0, 300, 0));
        }
        run(target, "UPDATE events SET global_position = global_position - 1000000");
        assertThat(rows(target, "true")).isEqualTo(rows(source, ofTenant()));
    }

    @Test
    void aRowThatDiffersIsNamedAndNothingOfTheBatchIsWritten() throws SQLException {
        try (EventStoreTarget writer = writer(0)) {
            writer.apply(read(1, 301, 1000));
            run(
                    target,
                    "UPDATE events SET payload = jsonb_set(payload, '{z}', '1'), actor_id = 'x'"
                            + " WHERE global_position = 298");
            assertThatThrownBy(() -> writer.apply(read(298, 601, 1000)))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("position 298")
                    .hasMessageContaining("different: actor_id, payload")
                    .satisfies(
                            e ->
                                    assertThat(((MigrationException) e).recoverability())
                                            .isEqualTo(Recoverability.FATAL));
        }
        assertThat(rows(target, "true")).hasSize(100);
    }

    @Test
    void anEventThatIsThereAtAnotherPositionIsRefused() throws SQLException {
        try (EventStoreTarget writer = writer(0)) {
            writer.apply(read(1, 301, 1000));
            run(target, "UPDATE events SET global_position = 5000 WHERE global_position = 298");
            assertThatThrownBy(() -> writer.apply(read(298, 601, 1000)))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("position 298")
                    .hasMessageContaining("at another position");
        }
        assertThat(rows(target, "true")).hasSize(100);
    }

    @Test
    void aTargetThatIsNotOpenYetTakesTheMigrationsRowsAndNobodyElses() throws Exception {
        EventStoreMapping mapping = EventStoreMapping.eventsourcePy();
        new WriteFence(spec(), "test").install(List.of(TENANT));
        try (Connection connection = target.connect()) {
            new TenantRoutes(mapping).close(connection, TENANT, "shared", 1);
        }
        try (EventStoreTarget writer = writer(0)) {
            assertThat(writer.apply(read(1, 901, 1000))).isEqualTo(new ApplyResult(300, 0, 0));
            assertThat(writer.apply(read(1, 901, 1000))).isEqualTo(new ApplyResult(0, 300, 0));
        }
        String append =
                """
                INSERT INTO events (global_position, event_id, aggregate_id, aggregate_type,
                                    event_type, tenant_id, version, timestamp, payload)
                SELECT 5000, gen_random_uuid(), gen_random_uuid(), aggregate_type, event_type,
                       tenant_id, version, timestamp, payload
                FROM events LIMIT 1
                """;
        assertThatThrownBy(() -> run(target, append))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("has moved to store shared");
    }
}
