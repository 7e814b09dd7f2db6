package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.spec.Positions;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Positions that are taken out of a store's order, while its own writers go on. */
final class PositionCeilingITCase {

    private static final long SEED = 20261123;
    private static final int WRITERS = 4;
    private static final int EACH = 150;
    private static final long BLOCK = 100_000;

    private static final String APPEND =
            "INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, version,"
                    + " timestamp, payload) VALUES (gen_random_uuid(), gen_random_uuid(), 'X', 'Y',"
                    + " 1, now(), '{}') RETURNING global_position";

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static long next(Connection connection, StoreVariant variant) throws SQLException {
        PositionSequence.Sequence sequence =
                PositionSequence.theOne(PositionSequence.of(connection, variant.mapping()))
                        .orElseThrow();
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT nextval('" + sequence.name() + "')")) {
            row.next();
            return row.getLong(1);
        }
    }

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void theSequenceGoesUpAndNeverDown(StoreVariant variant) throws SQLException {
        PostgresDatabase store = STORES.newStore(variant);
        try (Connection connection = store.connect()) {
            PositionCeiling.raise(connection, variant.mapping(), 1);
            assertThat(next(connection, variant)).isEqualTo(2);
            PositionCeiling.raise(connection, variant.mapping(), 5_000);
            PositionCeiling.raise(connection, variant.mapping(), 40);
            assertThat(next(connection, variant)).isEqualTo(5_001);
            PositionCeiling.raise(connection, variant.mapping(), 5_001);
            assertThat(next(connection, variant)).isEqualTo(5_002);
        }
    }

    @Test
    void aBlockIsReservedOnceAndNobodyElseGetsAPositionInIt() throws Exception {
        System.out.println("seed " + SEED);
        StoreVariant variant = StoreVariant.CURRENT;
        PostgresDatabase store = STORES.newStore(variant, new TenantHistory(SEED, 300, List.of(1)));
        ControlTables.create(TenantStores.spec(store, "own", variant));
        List<CompletableFuture<List<Long>>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(CompletableFuture.supplyAsync(() -> append(store)));
        }
        Placement first;
        try (Connection connection = store.connect()) {
            first = PositionCeiling.reserve(connection, variant.mapping(), "m", BLOCK);
            assertThat(PositionCeiling.reserve(connection, variant.mapping(), "m", BLOCK))
                    .isEqualTo(first);
            Placement other = PositionCeiling.reserve(connection, variant.mapping(), "n", BLOCK);
            assertThat(other.offset()).isGreaterThanOrEqualTo(first.ceiling());
        }
        assertThat(first.mode()).isEqualTo(Positions.KEEP);
        assertThat(first.ceiling() - first.offset()).isEqualTo(BLOCK);
        for (CompletableFuture<List<Long>> writer : writers) {
            assertThat(writer.get())
                    .hasSize(EACH)
                    .noneMatch(p -> p > first.offset() && p <= first.ceiling());
        }
    }

    private static List<Long> append(PostgresDatabase store) {
        List<Long> drawn = new ArrayList<>();
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < EACH; i++) {
                try (ResultSet row = statement.executeQuery(APPEND)) {
                    row.next();
                    drawn.add(row.getLong(1));
                }
            }
            return drawn;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aPlacementIsDecidedOnce() throws SQLException {
        PostgresDatabase store = STORES.newStore(StoreVariant.CURRENT);
        try (Connection connection = store.connect()) {
            assertThat(Placement.read(connection, "m")).isEmpty();
            ControlTables.create(TenantStores.spec(store, "own", StoreVariant.CURRENT));
            assertThat(Placement.KEPT.keepOnce(connection, "m")).isEqualTo(Placement.KEPT);
            assertThat(Placement.APPENDED.keepOnce(connection, "m")).isEqualTo(Placement.KEPT);
            assertThat(Placement.APPENDED.keepOnce(connection, "n")).isEqualTo(Placement.APPENDED);
            Placement.forget(connection, "m");
            assertThat(Placement.read(connection, "m")).isEmpty();
        }
    }
}
