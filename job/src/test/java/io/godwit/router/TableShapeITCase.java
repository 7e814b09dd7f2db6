package io.godwit.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.UUID;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The shapes of eventsource-py's table, and the stores of that shape for this package's tests. */
final class TableShapeITCase {

    @Test
    void eachShapeIsKnownAndAColumnThatIsAddedIsNoticed() throws SQLException {
        try (PostgresServer server = PostgresServer.start()) {
            Store old = new Store(server, "old", Shape.BEFORE_TXID);
            assertThat(shape(old)).isEqualTo(new TableShape(false, false));
            old.execute(Store.TXID);
            assertThat(shape(old)).isEqualTo(new TableShape(true, false));
            assertThat(shape(new Store(server, "new", Shape.PARTITIONED)))
                    .isEqualTo(new TableShape(true, true));
        }
    }

    private static TableShape shape(Store store) throws SQLException {
        try (Connection connection = store.database().connect()) {
            return TableShape.read(store.id(), connection);
        }
    }

    static StreamId stream() {
        return new StreamId(UUID.randomUUID(), UUID.randomUUID(), "Order");
    }

    static NewEvent event() {
        return new NewEvent(UUID.randomUUID(), "Placed", Instant.now(), null, "{\"n\": 1}");
    }

    enum Shape {
        WITH_TXID,
        BEFORE_TXID,
        PARTITIONED
    }

    /** A database with eventsource-py's events table and, if wanted, a fence. */
    static final class Store {

        private static final String COLUMNS =
                """
                    event_id UUID NOT NULL,
                    aggregate_id UUID NOT NULL,
                    aggregate_type VARCHAR(255) NOT NULL,
                    event_type VARCHAR(255) NOT NULL,
                    tenant_id UUID,
                    actor_id VARCHAR(255),
                    version INTEGER NOT NULL,
                    timestamp TIMESTAMPTZ NOT NULL,
                    payload JSONB NOT NULL,
                    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
                """;
        private static final String[] PLAIN = {
            "CREATE TABLE events (global_position BIGSERIAL PRIMARY KEY,"
                    + COLUMNS
                    + "UNIQUE (event_id), CONSTRAINT uq_events_aggregate_version"
                    + " UNIQUE (aggregate_id, aggregate_type, version))",
            "CREATE INDEX idx_events_tenant_id ON events (tenant_id) WHERE tenant_id IS NOT NULL"
        };
        private static final String[] PARTITIONED = {
            "CREATE SEQUENCE events_global_position_seq",
            "CREATE TABLE events (global_position BIGINT NOT NULL"
                    + " DEFAULT nextval('events_global_position_seq'),"
                    + COLUMNS
                    + "PRIMARY KEY (global_position, timestamp),"
                    + " CONSTRAINT uq_events_event_id_partitioned UNIQUE (event_id, timestamp),"
                    + " CONSTRAINT uq_events_aggregate_version_partitioned"
                    + " UNIQUE (aggregate_id, aggregate_type, version, timestamp))"
                    + " PARTITION BY RANGE (timestamp)",
            "CREATE TABLE events_y2026m01 PARTITION OF events"
                    + " FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')",
            "CREATE TABLE events_default PARTITION OF events DEFAULT"
        };
        private static final String[] TXID = {
            "ALTER TABLE events ADD COLUMN txid XID8",
            "ALTER TABLE events ALTER COLUMN txid SET DEFAULT pg_current_xact_id()"
        };
        private static final String[] FENCE = {
            "CREATE SCHEMA godwit",
            """
            CREATE TABLE godwit.tenant_route (
                tenant_id text PRIMARY KEY, store_id text NOT NULL, epoch bigint NOT NULL,
                state text NOT NULL CHECK (state IN ('open', 'moved')),
                created_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
                updated_at timestamptz NOT NULL DEFAULT now())
            """,
            """
            CREATE FUNCTION godwit.fence() RETURNS trigger LANGUAGE plpgsql VOLATILE
            SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            DECLARE
                tenant text;
                route record;
            BEGIN
                FOR tenant IN SELECT DISTINCT a.tenant_id::text FROM added a
                              WHERE a.tenant_id IS NOT NULL ORDER BY 1
                LOOP
                    PERFORM pg_advisory_xact_lock_shared(hashtextextended('godwit:' || tenant, 0));
                    SELECT * INTO route FROM godwit.tenant_route r
                    WHERE r.tenant_id = tenant AND r.state = 'moved';
                    IF FOUND THEN
                        RAISE EXCEPTION USING ERRCODE = 'GW002', MESSAGE = format(
                            'tenant %s has moved to store %s (epoch %s)',
                            tenant, route.store_id, route.epoch);
                    END IF;
                END LOOP;
                RETURN NULL;
            END $$
            """,
            "CREATE TRIGGER godwit_fence AFTER INSERT ON events REFERENCING NEW TABLE AS added"
                    + " FOR EACH STATEMENT EXECUTE FUNCTION godwit.fence()"
        };

        private final String id;
        private final PostgresDatabase database;
        private final PGSimpleDataSource dataSource = new PGSimpleDataSource();

        Store(PostgresServer server, String id, Shape shape) {
            this.id = id;
            this.database = server.newDatabase();
            dataSource.setUrl(database.url());
            dataSource.setUser(database.user());
            dataSource.setPassword(database.password());
            execute(shape == Shape.PARTITIONED ? PARTITIONED : PLAIN);
            if (shape != Shape.BEFORE_TXID) {
                execute(TXID);
            }
        }

        Store fenced() {
            execute(FENCE);
            return this;
        }

        String id() {
            return id;
        }

        PostgresDatabase database() {
            return database;
        }

        DataSource dataSource() {
            return dataSource;
        }

        PostgresEventStore events() {
            return new PostgresEventStore(id, dataSource);
        }

        /** The route as the coordinator writes it, to be executed in its transaction. */
        static String route(UUID tenant, String storeId, long epoch, String state) {
            return """
                   INSERT INTO godwit.tenant_route (tenant_id, store_id, epoch, state)
                   VALUES ('%1$s', '%2$s', %3$d, '%4$s')
                   ON CONFLICT (tenant_id) DO UPDATE
                   SET store_id = '%2$s', epoch = %3$d, state = '%4$s', updated_at = now();
                   NOTIFY godwit_route, '{"tenant_id":"%1$s","store_id":"%2$s","epoch":%3$d}'
                   """
                    .formatted(tenant, storeId, epoch, state);
        }

        static String lock(UUID tenant) {
            return "SELECT pg_advisory_xact_lock(hashtextextended('godwit:%s', 0))"
                    .formatted(tenant);
        }

        void execute(String... statements) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        String query(String sql) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getString(1);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Returns when so many sessions of this database wait for a lock. */
        void awaitHeld(int sessions) {
            String sql =
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND datname = current_database()";
            Awaitility.await(sessions + " sessions wait for a lock")
                    .until(() -> query(sql).equals(String.valueOf(sessions)));
        }
    }
}
