package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The kit's histories are what the tests of tenants take them for. */
final class StoreHistoryITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = TenantHistory.of(31, 3000);

    private static double number(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getDouble(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void sameSeedGivesTheSameEventsInEveryRun(StoreVariant variant) {
        PostgresDatabase one = STORES.newStore(variant, HISTORY);
        PostgresDatabase two = STORES.newStore(variant, HISTORY);
        PostgresDatabase other = STORES.newStore(variant, TenantHistory.of(32, 3000));
        for (String tenant : HISTORY.tenants()) {
            List<String> rows = TenantRows.withPositions(one, variant.mapping(), tenant);
            assertThat(rows)
                    .isNotEmpty()
                    .isEqualTo(TenantRows.withPositions(two, variant.mapping(), tenant));
            assertThat(TenantRows.digest(one, variant.mapping(), tenant))
                    .startsWith(rows.size() + ":")
                    .isEqualTo(TenantRows.digest(two, variant.mapping(), tenant));
            assertThat(TenantRows.of(other, variant.mapping(), tenant)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void versionsOfEveryStreamCountFromOneInTheOrderOfPositions(StoreVariant variant)
            throws SQLException {
        PostgresDatabase database = STORES.newStore(variant, HISTORY);
        EventStoreMapping mapping = variant.mapping();
        String stream =
                String.join(
                        ", ", mapping.stream().stream().map(EventStoreMapping::quoted).toList());
        assertThat(
                        number(
                                database,
                                "SELECT count(*) FROM (SELECT "
                                        + mapping.version()
                                        + " <> row_number() OVER (PARTITION BY "
                                        + stream
                                        + " ORDER BY "
                                        + mapping.position()
                                        + ") AS wrong FROM "
                                        + mapping.quotedTable()
                                        + ") v WHERE wrong"))
                .isZero();
        assertThat(
                        number(
                                database,
                                "SELECT count(*)::numeric / count(DISTINCT ("
                                        + stream
                                        + ")) FROM "
                                        + mapping.quotedTable()))
                .isBetween(8.0, 10.0);
    }

    @Test
    void tenantsAreInterleavedByTheirSharesAndPositionsHaveGaps() throws SQLException {
        PostgresDatabase database = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        EventStoreMapping mapping = StoreVariant.CURRENT.mapping();
        List<Long> first = TenantRows.positions(database, mapping, HISTORY.tenant(0));
        assertThat(first.size()).isBetween(1800, 2100);
        assertThat(first).isSorted().doesNotHaveDuplicates();
        assertThat(number(database, "SELECT max(global_position) FROM events")).isEqualTo(3030);
        assertThat(number(database, "SELECT nextval('events_global_position_seq')"))
                .isEqualTo(3031);
        assertThat(number(database, "SELECT count(*) FROM events WHERE tenant_id IS NULL"))
                .isEqualTo(60);
        assertThat(number(database, "SELECT count(*) FROM events WHERE txid IS NULL"))
                .isEqualTo(300);
        assertThat(number(database, "SELECT avg(length(payload::text)) FROM events"))
                .isBetween(780.0, 880.0);
    }

    @Test
    void secondHistoryIsAppendedBehindTheFirst() {
        PostgresDatabase database = STORES.newStore(StoreVariant.JOURNAL, HISTORY);
        EventStoreMapping mapping = StoreVariant.JOURNAL.mapping();
        TenantHistory later = TenantHistory.of(33, 500);
        later.fill(database, StoreVariant.JOURNAL);
        assertThat(TenantRows.positions(database, mapping, later.tenant(0)).get(0))
                .isGreaterThan(3030L);
    }
}
