package io.godwit.connector.postgres.eventstore.companion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.model.MigrationException;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Snapshots that go along with a tenant's streams. */
final class SnapshotCopyITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = TenantHistory.of(41, 600);

    /** One of every stream, of nobody's streams too, and one of a stream without events. */
    private static final String SNAPSHOTS =
            """
            INSERT INTO snapshots (aggregate_id, aggregate_type, version, schema_version, state,
                                   created_at)
            SELECT aggregate_id, aggregate_type, max(version), 3,
                   jsonb_build_object('b', 1.10, 'a', 12345678901234567890, 'note',
                       E'größer\\t"\\\\ ' || aggregate_id, 'n', null),
                   '2026-03-04 05:06:07.080910+00'
            FROM events GROUP BY 1, 2
            UNION ALL SELECT gen_random_uuid(), 'Order', 1, 1, '{}', now()
            """;

    private static final String ROWS =
            """
            SELECT COALESCE(string_agg(concat_ws('|', aggregate_id, aggregate_type, version,
                schema_version, state, created_at), E'\\n' ORDER BY aggregate_id, aggregate_type), '')
            FROM snapshots
            """;

    private PostgresDatabase source;
    private PostgresDatabase target;

    @BeforeEach
    void stores() throws SQLException {
        source = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        target = STORES.newStore(StoreVariant.BEFORE_0_8);
        run(source, SNAPSHOTS);
    }

    private SnapshotCopy copy(String... tenants) {
        return new SnapshotCopy(
                spec(source, StoreVariant.CURRENT),
                spec(target, StoreVariant.BEFORE_0_8),
                List.of(tenants),
                "snapshots");
    }

    private static PostgresEventStoreSpec spec(PostgresDatabase database, StoreVariant variant) {
        return TenantStores.spec(database, database.name(), variant);
    }

    @Test
    void tenantsSnapshotsAreMovedAsTheyAreAndNoOthers() throws SQLException {
        String tenants = "'" + HISTORY.tenant(0) + "', '" + HISTORY.tenant(2) + "'";
        String expected =
                query(
                        source,
                        ROWS
                                + " WHERE (aggregate_id, aggregate_type) IN (SELECT aggregate_id,"
                                + " aggregate_type FROM events WHERE tenant_id IN ("
                                + tenants
                                + "))");
        String before = query(source, ROWS);
        SnapshotCopy copy = copy(HISTORY.tenant(0), HISTORY.tenant(2));
        long count = copy.count();
        assertThat(copy.copy()).isEqualTo(count).isEqualTo(expected.lines().count()).isPositive();
        assertThat(query(target, ROWS)).isEqualTo(expected);
        assertThat(query(source, ROWS)).isEqualTo(before);
        assertThat(query(target, "SELECT min(id) FROM snapshots")).isEqualTo("1");
        assertThat(query(target, "SELECT to_regclass('pg_temp.godwit_snapshots')")).isNull();
        assertThat(copy.copy()).as("a repetition").isZero();
        assertThat(query(target, ROWS)).isEqualTo(expected);
    }

    @Test
    void higherVersionWins() throws SQLException {
        SnapshotCopy copy = copy(HISTORY.tenant(0));
        long all = copy.copy();
        run(
                target,
                "UPDATE snapshots SET version = version + (id % 3)::int - 1, state = '{\"own\":1}'");
        String keptByTarget = " WHERE version >= 1 AND id % 3 > 0";
        String higherOrEqual = query(target, ROWS + keptByTarget);
        long lower =
                Long.parseLong(query(target, "SELECT count(*) FROM snapshots WHERE id % 3 = 0"));
        assertThat(lower).isBetween(1L, all - 1);
        assertThat(copy.copy()).isEqualTo(lower);
        assertThat(query(target, ROWS + keptByTarget)).isEqualTo(higherOrEqual);
        assertThat(query(target, "SELECT count(*) FROM snapshots WHERE state ? 'own'"))
                .isEqualTo(String.valueOf(all - lower));
    }

    @Test
    void otherSnapshotsOfTheTargetStay() throws SQLException {
        run(
                target,
                "INSERT INTO snapshots (aggregate_id, aggregate_type, version, state)"
                        + " VALUES (gen_random_uuid(), 'Order', 5, '{}')");
        String own = query(target, ROWS);
        long moved = copy(HISTORY.tenant(1)).copy();
        assertThat(query(target, ROWS).lines()).hasSize((int) moved + 1).contains(own);
    }

    @Test
    void withoutSnapshotsInOneStoreNothingMoves() throws SQLException {
        run(target, "DROP TABLE snapshots");
        assertThat(copy(HISTORY.tenant(0)).copy()).isZero();
        assertThat(copy(HISTORY.tenant(0)).count()).isZero();
    }

    @Test
    void columnThatTheTargetLacksIsNotDropped() throws SQLException {
        run(source, "ALTER TABLE snapshots ADD COLUMN compressed boolean");
        assertThatThrownBy(() -> copy(HISTORY.tenant(0)).copy())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("compressed")
                .hasMessageContaining("snapshots: false");
        run(target, "ALTER TABLE snapshots ADD COLUMN more text, ADD COLUMN compressed boolean");
        assertThat(copy(HISTORY.tenant(0)).copy()).isPositive();
    }

    private static void run(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
