package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.verify.CopiedStores.number;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.spec.VerificationLevel;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Writers append and a tail copies while the stores are compared: no false alarm, no miss. */
final class StoreComparisonUnderWritesITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private static final TenantHistory HISTORY = TenantHistory.of(51, 6000);
    private static final int ROUNDS = 4;

    static List<Correspondence> ways() {
        return List.of(Correspondence.kept(1_000_000), Correspondence.appended());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void nothingIsFoundWhileWritersAppendAndTheTailCopies(Correspondence how) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        PostgresDatabase source = STORES.newStore(StoreVariant.CURRENT, HISTORY);
        PostgresDatabase target = STORES.newStore(StoreVariant.CURRENT);
        CopiedStores stores =
                new CopiedStores(
                        StoreVariant.CURRENT, how, source, target, List.of(HISTORY.tenant(0)));
        AtomicLong applied = new AtomicLong(stores.copyAll());
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<?>> all = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Random random = new Random(seed + i);
                all.add(threads.submit(writer(source, random, over)));
            }
            all.add(threads.submit(tail(stores, applied, over)));
            StoreComparison comparison = stores.comparison();
            for (int round = 0; round < ROUNDS; round++) {
                for (VerificationLevel level : VerificationLevel.values()) {
                    long through = applied.get();
                    Awaitility.await("rows above " + through + " are copied")
                            .atMost(Duration.ofSeconds(20))
                            .until(
                                    () ->
                                            applied.get() > through
                                                    || all.stream().anyMatch(Future::isDone));
                    StoreVerdict verdict = comparison.compare(level, through);
                    assertThat(verdict.matched())
                            .as("%s through %s: %s %s", how, through, verdict, verdict.named())
                            .isTrue();
                    assertThat(verdict.compared()).isEqualTo(rows(stores, through));
                }
            }
            long through = applied.get();
            CopiedStores.run(
                    target,
                    "UPDATE events SET payload = payload || '{\"quantity\": -1}' WHERE "
                            + stores.event(stores.events().get(1000)));
            assertThat(comparison.compare(VerificationLevel.HASH, through).different())
                    .isEqualTo(1);
        } finally {
            over.set(true);
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
        for (Future<?> each : all) {
            each.get();
        }
        assertThat(rows(stores, Long.MAX_VALUE)).isGreaterThan(rows(stores, 6100));
    }

    private static long rows(CopiedStores stores, long through) throws SQLException {
        return number(
                stores.source(),
                "SELECT count(*) FROM events WHERE "
                        + stores.ofTenants()
                        + " AND global_position <= "
                        + through);
    }

    /** Transactions of a few events of one stream; one in five is rolled back. */
    private static Callable<Void> writer(
            PostgresDatabase source, Random random, AtomicBoolean over) {
        return () -> {
            try (Connection connection = source.connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (!over.get()) {
                    String stream =
                            "'" + new java.util.UUID(random.nextLong(), random.nextLong()) + "'";
                    int events = 1 + random.nextInt(8);
                    for (int version = 1; version <= events; version++) {
                        statement.execute(
                                "INSERT INTO events (event_id, aggregate_id, aggregate_type,"
                                        + " event_type, tenant_id, version, timestamp, payload)"
                                        + " VALUES (gen_random_uuid(), "
                                        + stream
                                        + ", 'Order', 'Changed', '"
                                        + HISTORY.tenant(random.nextInt(3))
                                        + "', "
                                        + version
                                        + ", clock_timestamp(), '{\"n\": "
                                        + random.nextInt()
                                        + "}')");
                    }
                    if (random.nextInt(5) == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                    }
                }
            }
            return null;
        };
    }

    private static Callable<Void> tail(
            CopiedStores stores, AtomicLong applied, AtomicBoolean over) {
        return () -> {
            try (EventTableLog log =
                    new EventTableLog(stores.sourceSpec(), stores.tenants(), "tail")) {
                while (!over.get()) {
                    long head = log.head(0);
                    if (head > applied.get()) {
                        stores.copy(applied.get(), head);
                        applied.set(head);
                    }
                }
            }
            return null;
        };
    }
}
