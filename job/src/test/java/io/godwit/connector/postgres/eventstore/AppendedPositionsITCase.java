package io.godwit.connector.postgres.eventstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.ApplyResult;
import io.godwit.model.MigrationException;
import io.godwit.port.Target;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link AppendingTarget} keeps the contract, in stores that have other events, too. */
final class AppendedPositionsITCase extends TenantTargetContract {

    @Override
    Target<StoredEvent> target(TenantFlow flow) {
        return new AppendingTarget(flow.targetSpec(), flow.columns(), TenantFlow.APPLIED);
    }

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void eventsLieBehindThoseThatAreThereInTheOrderOfDelivery(StoreVariant variant)
            throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, variant);
        TenantHistory.of(7, 300).fill(flow.target(), variant);
        long last = Long.parseLong(flow.ask(flow.target(), "SELECT max({position}) FROM {table}"));
        List<StoredEvent> shuffled = new ArrayList<>(flow.all(false));
        shuffled.removeIf(StoredEvent::isMark);
        Collections.shuffle(shuffled, new Random(1));
        try (Target<StoredEvent> target = target(flow)) {
            target.apply(shuffled.subList(0, 400));
            target.apply(shuffled.subList(300, shuffled.size()));
        }
        assertThat(TenantRows.positions(flow.target(), flow.mapping(), flow.tenant()))
                .isEqualTo(
                        LongStream.rangeClosed(last + 1, last + shuffled.size()).boxed().toList());
        assertThat(flow.rowsIn(flow.target())).isEqualTo(inOrderOf(shuffled, flow));
    }

    /** The source's rows as text, in the order in which they were delivered. */
    private static List<String> inOrderOf(List<StoredEvent> delivered, TenantFlow flow) {
        List<Long> positions = TenantRows.positions(flow.source(), flow.mapping(), flow.tenant());
        List<String> rows = flow.rowsIn(flow.source());
        return delivered.stream().map(e -> rows.get(positions.indexOf(e.sequence()))).toList();
    }

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void twoLanesAppendNoEventTwiceThoughNothingIsUnique(StoreVariant variant) throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, variant);
        dropUniqueConstraints(flow);
        List<List<StoredEvent>> batches = flow.batches(40, true);
        CyclicBarrier together = new CyclicBarrier(2);
        CompletableFuture<Long> one =
                CompletableFuture.supplyAsync(() -> applyTogether(flow, batches, together));
        CompletableFuture<Long> other =
                CompletableFuture.supplyAsync(() -> applyTogether(flow, batches, together));
        List<String> rows = flow.rowsIn(flow.source());
        assertThat(one.get() + other.get()).isEqualTo(rows.size());
        assertThat(flow.rowsIn(flow.target())).isEqualTo(rows);
    }

    private long applyTogether(
            TenantFlow flow, List<List<StoredEvent>> batches, CyclicBarrier together) {
        long written = 0;
        try (Target<StoredEvent> target = target(flow)) {
            for (List<StoredEvent> batch : batches) {
                together.await();
                written += target.apply(batch).written();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return written;
    }

    private static void dropUniqueConstraints(TenantFlow flow) throws SQLException {
        flow.inTarget(
                """
                DO $$ DECLARE c record; BEGIN
                    FOR c IN SELECT conname FROM pg_constraint
                             WHERE conrelid = '{table}'::regclass AND contype IN ('u', 'p')
                    LOOP
                        EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', c.conname);
                    END LOOP;
                END $$
                """);
    }

    @Test
    void anEventThatComesTwiceInABatchIsThereOnce() throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, StoreVariant.PARTITIONED);
        dropUniqueConstraints(flow);
        List<StoredEvent> twice = new ArrayList<>(flow.all(false));
        int events = (int) rows(twice);
        twice.addAll(flow.all(false));
        try (Target<StoredEvent> target = target(flow)) {
            assertThat(target.apply(twice)).isEqualTo(new ApplyResult(events, events, 0));
        }
        assertThat(flow.rowsIn(flow.target())).isEqualTo(flow.rowsIn(flow.source()));
    }

    @ParameterizedTest
    @EnumSource(StoreVariant.class)
    void whatCameFromAStoreIsNotSentBackToIt(StoreVariant variant) throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, variant);
        ControlTables.create(flow.sourceSpec());
        try (Target<StoredEvent> target = target(flow)) {
            target.apply(flow.all(false));
        }
        TenantFlow back =
                new TenantFlow(
                        variant, flow.target(), flow.source(), flow.tenant(), flow.columns());
        List<String> before = flow.rowsIn(flow.source());
        List<StoredEvent> all = back.all(true);
        try (Target<StoredEvent> reverse = target(back)) {
            assertThat(reverse.apply(all)).isEqualTo(new ApplyResult(0, rows(all), 0));
        }
        assertThat(flow.rowsIn(flow.source())).isEqualTo(before);
        assertThat(back.appliedThrough()).hasValue(all.get(all.size() - 1).sequence());
    }

    @Test
    void orderIsKeptBesideOthersWhoDrawPositions() throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, StoreVariant.CURRENT);
        AtomicBoolean goOn = new AtomicBoolean(true);
        CompletableFuture<Integer> others =
                CompletableFuture.supplyAsync(() -> writeOthers(flow, goOn));
        try (Target<StoredEvent> target = target(flow)) {
            for (List<StoredEvent> batch : flow.batches(20, true)) {
                target.apply(batch);
            }
        } finally {
            goOn.set(false);
        }
        assertThat(others.get()).isPositive();
        assertThat(flow.rowsIn(flow.target())).isEqualTo(flow.rowsIn(flow.source()));
    }

    private static int writeOthers(TenantFlow flow, AtomicBoolean goOn) {
        String sql =
                """
                INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, version,
                                    timestamp, payload)
                VALUES (gen_random_uuid(), gen_random_uuid(), 'Other', 'Written', 1, now(), '{}')
                """;
        int written = 0;
        try (Connection connection = flow.target().connect();
                PreparedStatement insert = connection.prepareStatement(sql)) {
            while (goOn.get()) {
                written += insert.executeUpdate();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return written;
    }

    @Test
    void anEventWhoseStreamAndVersionAreTakenIsRefusedByName() throws Exception {
        TenantFlow flow = TenantFlow.create(STORES, StoreVariant.CURRENT);
        List<List<StoredEvent>> batches = flow.batches(100, false);
        try (Target<StoredEvent> target = target(flow)) {
            target.apply(batches.get(0));
            String id =
                    flow.ask(flow.target(), "SELECT {event_id} FROM {table} ORDER BY 1 LIMIT 1");
            flow.inTarget(
                    "UPDATE events SET event_id = gen_random_uuid() WHERE event_id = '" + id + "'");
            assertThatThrownBy(() -> target.apply(batches.get(0)))
                    .isInstanceOf(MigrationException.class)
                    .hasMessageContaining("event " + id)
                    .hasMessageContaining("another event has its stream and version");
        }
        assertThat(flow.rowsIn(flow.target())).hasSize(100);
    }
}
