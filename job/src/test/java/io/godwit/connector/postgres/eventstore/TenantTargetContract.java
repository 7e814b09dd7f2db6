package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.model.Recoverability;
import io.godwit.port.Target;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a store that receives a tenant's events promises, wherever it puts them. */
abstract class TenantTargetContract {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    abstract Target<StoredEvent> target(TenantFlow flow);

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void rowsArriveAsTheyWereAndAReplayChangesNothing(StoreVariant variant) throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, variant);
        List<List<StoredEvent>> batches = flow.batches(100, false);
        try (Target<StoredEvent> target = target(flow)) {
            for (List<StoredEvent> batch : batches) {
                assertThat(target.apply(batch)).isEqualTo(new ApplyResult(rows(batch), 0, 0));
            }
        }
        List<String> arrived = flow.rowsIn(flow.target());
        assertThat(arrived).hasSizeGreaterThan(500).isEqualTo(flow.rowsIn(flow.source()));
        try (Target<StoredEvent> again = target(flow)) {
            for (List<StoredEvent> batch : batches) {
                assertThat(again.apply(batch)).isEqualTo(new ApplyResult(0, rows(batch), 0));
            }
        }
        assertThat(flow.rowsIn(flow.target())).isEqualTo(arrived);
    }

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void aRowThatDiffersIsNamedAndNothingOfTheBatchIsWritten(StoreVariant variant)
            throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, variant);
        List<List<StoredEvent>> batches = flow.batches(100, true);
        try (Target<StoredEvent> target = target(flow)) {
            target.apply(batches.get(0));
            OptionalLong before = flow.appliedThrough();
            String changed =
                    flow.ask(flow.target(), "SELECT {event_id} FROM {table} ORDER BY 1 LIMIT 1");
            flow.inTarget(
                    "UPDATE {table} SET {event_type} = 'Other' WHERE {event_id}::text = '"
                            + changed
                            + "'");
            List<StoredEvent> both = new ArrayList<>(batches.get(0));
            both.addAll(batches.get(1));
            assertThatThrownBy(() -> target.apply(both))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("event " + changed)
                    .hasMessageContaining("different: " + flow.mapping().eventType())
                    .satisfies(
                            e ->
                                    assertThat(((MigrationException) e).recoverability())
                                            .isEqualTo(Recoverability.FATAL));
            assertThat(flow.rowsIn(flow.target())).hasSize(100);
            assertThat(flow.appliedThrough()).isEqualTo(before);
        }
    }

    @Test
    void onlyTheTailRaisesAppliedThroughAndItNeverGoesBack() throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, StoreVariant.CURRENT);
        List<List<StoredEvent>> bulk = flow.batches(100, false);
        List<List<StoredEvent>> tail = flow.batches(100, true);
        try (Target<StoredEvent> target = target(flow)) {
            assertThat(target.apply(List.of(StoredEvent.mark(5000, false))))
                    .isEqualTo(ApplyResult.NOTHING);
            target.apply(bulk.get(0));
            assertThat(flow.appliedThrough()).isEmpty();
            target.apply(tail.get(1));
            long last = tail.get(1).get(99).sequence();
            assertThat(flow.appliedThrough()).hasValue(last);
            target.apply(tail.get(0));
            assertThat(flow.appliedThrough()).as("after a replay").hasValue(last);
            assertThat(target.apply(List.of(StoredEvent.mark(5000, true))))
                    .isEqualTo(ApplyResult.NOTHING);
            assertThat(flow.appliedThrough()).as("after a mark").hasValue(5000);
        }
        assertThat(flow.rowsIn(flow.target())).hasSize(200);
    }

    @ParameterizedTest
    @CsvSource({
        "CURRENT, AFTER_ROWS",
        "CURRENT, AFTER_APPLIED_THROUGH",
        "CURRENT, AT_COMMIT",
        "PARTITIONED, AFTER_ROWS",
        "JOURNAL, AT_COMMIT"
    })
    void aSessionThatEndsAnywhereLeavesNoRowBehindAppliedThrough(
            StoreVariant variant, CrashPoint point) throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, variant);
        List<List<StoredEvent>> batches = flow.batches(150, true);
        List<Long> positions =
                flow.all(true).stream()
                        .filter(e -> !e.isMark())
                        .map(StoredEvent::sequence)
                        .toList();
        point.install(flow);
        AtomicBoolean goOn = new AtomicBoolean(true);
        CompletableFuture<Integer> watch =
                CompletableFuture.supplyAsync(() -> watch(flow, positions, goOn));
        try (Target<StoredEvent> target = target(flow)) {
            for (List<StoredEvent> batch : batches) {
                assertThat(target.apply(batch)).isEqualTo(new ApplyResult(rows(batch), 0, 0));
            }
        } finally {
            goOn.set(false);
        }
        assertThat(watch.get()).as("looks at the target meanwhile").isGreaterThan(10);
        assertThat(Integer.parseInt(flow.ask(flow.target(), "SELECT last_value FROM attempts")))
                .as("each batch was tried twice")
                .isGreaterThanOrEqualTo(2 * (batches.size() - 1));
        assertThat(flow.rowsIn(flow.target())).isEqualTo(flow.rowsIn(flow.source()));
    }

    /** How often applied-through and the rows were seen in one snapshot, in order each time. */
    private static int watch(TenantFlow flow, List<Long> positions, AtomicBoolean goOn) {
        int looks = 0;
        try (Connection connection = flow.target().connect();
                Statement statement = connection.createStatement()) {
            while (goOn.get()) {
                try (ResultSet row =
                        statement.executeQuery(
                                "SELECT (SELECT max(position) FROM godwit.applied_through),"
                                        + " (SELECT count(*) FROM "
                                        + flow.mapping().quotedTable()
                                        + ")")) {
                    row.next();
                    long through = row.getLong(1);
                    assertThat(row.getLong(2))
                            .as("rows when applied through " + through)
                            .isEqualTo(positions.stream().filter(p -> p <= through).count());
                }
                looks++;
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return looks;
    }

    @Test
    void aStoreWithoutControlTablesIsRefusedWithTheRemedy() throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, StoreVariant.CURRENT);
        flow.inTarget("DROP TABLE godwit.applied_through");
        try (Target<StoredEvent> target = target(flow)) {
            assertThatThrownBy(() -> target.apply(flow.all(false)))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("no table godwit.applied_through")
                    .hasMessageContaining("'godwit migrate' creates");
        }
        assertThat(flow.rowsIn(flow.target())).isEmpty();
    }

    @Test
    void aStoreThatIsNotOpenYetTakesTheFlowsRows() throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, StoreVariant.CURRENT);
        new WriteFence(flow.targetSpec(), "test").install(List.of(flow.tenant()));
        try (Connection connection = flow.target().connect()) {
            new TenantRoutes(flow.mapping()).close(connection, flow.tenant(), "shared", 1);
        }
        try (Target<StoredEvent> target = target(flow)) {
            List<StoredEvent> all = flow.all(false);
            assertThat(target.apply(all)).isEqualTo(new ApplyResult(rows(all), 0, 0));
            assertThat(target.apply(all)).isEqualTo(new ApplyResult(0, rows(all), 0));
        }
    }

    static long rows(List<StoredEvent> batch) {
        return batch.stream().filter(event -> !event.isMark()).count();
    }
}
