package io.godwit.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.connector.postgres.eventstore.ControlTables;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.job.Run;
import io.godwit.job.TenantJob;
import io.godwit.job.TenantPlan;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.Tail;
import io.godwit.testkit.Ledgers;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantFlowSpec;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.awaitility.Awaitility;

/**
 * How long after its commit in the source is an event committed in the target, and what does the
 * tail cost both servers? Both times are those that PostgreSQL gives the two commits, on one clock;
 * transactions per second are the servers' own count. First nobody writes, then a writer a second
 * or so, then several.
 */
final class TailBench {

    private static final StoreVariant VARIANT = StoreVariant.CURRENT;

    private final int writers;
    private final int seconds;
    private final Positions positions;
    private final TenantHistory history = TenantHistory.of(1, 20_000);
    private PostgresDatabase source;
    private PostgresDatabase target;

    private TailBench(BenchOptions options) {
        this.writers = options.count("--writers", 4);
        this.seconds = options.count("--seconds", 20);
        this.positions = options.flag("--append") ? Positions.APPEND : Positions.KEEP;
    }

    static ObjectNode run(BenchOptions options) throws Exception {
        TailBench bench = new TailBench(options);
        options.end();
        return bench.measure();
    }

    private ObjectNode measure() throws Exception {
        try (PostgresServer server =
                PostgresServer.start(Map.of("track_commit_timestamp", "on", "fsync", "on"))) {
            source = server.newDatabase();
            target = server.newDatabase();
            TenantStores.create(source, VARIANT);
            TenantStores.create(target, VARIANT);
            history.fill(source, VARIANT);
            MigrationSpec spec = TenantFlowSpec.of(source, target, VARIANT, history.tenant(0), "");
            ControlTables.create((PostgresEventStoreSpec) spec.target());
            LedgerDatabase database = Ledgers.in(server.newDatabase());
            try (Ledger ledger = new Ledger(database)) {
                long id = ledger.create(spec.name(), "tenant", "spec", true).id();
                JobClient job = start(spec, new Run(database, id, spec.name()));
                Awaitility.await()
                        .atMost(Duration.ofMinutes(2))
                        .until(
                                () ->
                                        ledger.find(spec.name()).orElseThrow().phase()
                                                == Phase.DUAL_WRITE);
                ObjectNode result =
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("bench", "tail")
                                .put("positions", positions.name())
                                .put("writers", writers)
                                .put("seconds", seconds);
                result.set("idle", phase(0, 0));
                result.set("now_and_then", phase(1, 150));
                result.set("busy", phase(writers, 10));
                job.cancel().get();
                return result;
            }
        }
    }

    private ObjectNode phase(int count, long pauseMillis) throws Exception {
        long after = Long.parseLong(source.ask("SELECT max(global_position) FROM events"));
        long sourceBefore = transactions(source);
        long targetBefore = transactions(target);
        long begin = System.nanoTime();
        List<CompletableFuture<Integer>> running = new ArrayList<>();
        for (int w = 0; w < count; w++) {
            running.add(CompletableFuture.supplyAsync(() -> write(begin, pauseMillis)));
        }
        int written = 0;
        for (CompletableFuture<Integer> writer : running) {
            written += writer.get();
        }
        LockSupport.parkNanos(begin + seconds * 1_000_000_000L - System.nanoTime());
        double took = (System.nanoTime() - begin) / 1e9;
        ObjectNode result = JsonNodeFactory.instance.objectNode();
        result.put("events_per_s", Math.round(written / took));
        result.put(
                "source_transactions_per_s",
                Math.round((transactions(source) - sourceBefore) / took));
        result.put(
                "target_transactions_per_s",
                Math.round((transactions(target) - targetBefore) / took));
        if (count > 0) {
            int expected = written;
            Awaitility.await().until(() -> latencies(after).size() == expected);
            Quantiles millis = Quantiles.of(latencies(after));
            for (int percent : new int[] {50, 90, 99, 100}) {
                result.put("p" + percent + "_ms", Quantiles.rounded(millis.at(percent / 100.0)));
            }
        }
        return result;
    }

    /** From commit to commit, of the events above a position that have arrived. */
    private List<Double> latencies(long after) throws SQLException {
        String sql =
                "SELECT event_id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000 FROM"
                        + " events WHERE tenant_id = '"
                        + history.tenant(0)
                        + "' AND event_type = 'Written'";
        Map<String, Double> committed = new HashMap<>();
        read(source, sql + " AND global_position > " + after, committed);
        Map<String, Double> arrived = new HashMap<>();
        read(target, sql, arrived);
        List<Double> millis = new ArrayList<>();
        committed.forEach(
                (id, at) -> {
                    if (arrived.containsKey(id)) {
                        millis.add(arrived.get(id) - at);
                    }
                });
        return millis;
    }

    private static void read(PostgresDatabase database, String sql, Map<String, Double> into)
            throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                into.put(rows.getString(1), rows.getDouble(2));
            }
        }
    }

    private int write(long begin, long pauseMillis) {
        String sql =
                """
                INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                    version, timestamp, payload)
                SELECT gen_random_uuid(), gen_random_uuid(), 'Live', 'Written', CAST(? AS uuid), 1,
                       now(), jsonb_build_object('text', repeat(md5(random()::text), 20))
                """;
        int written = 0;
        try (Connection connection = source.connect();
                PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, history.tenant(0));
            while (System.nanoTime() - begin < seconds * 1_000_000_000L) {
                written += insert.executeUpdate();
                LockSupport.parkNanos(pauseMillis * 1_000_000);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The writer failed", e);
        }
        return written;
    }

    private static long transactions(PostgresDatabase database) throws SQLException {
        return Long.parseLong(
                database.ask(
                        "SELECT xact_commit FROM pg_stat_database WHERE datname ="
                                + " current_database()"));
    }

    private JobClient start(MigrationSpec spec, Run run) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        try (Connection connection = source.connect()) {
            List<String> columns = StoreSchema.read(connection, VARIANT.mapping()).copiedColumns();
            TenantPlan plan =
                    new TenantPlan(
                            spec.name(),
                            (PostgresEventStoreSpec) spec.source(),
                            (PostgresEventStoreSpec) spec.target(),
                            positions,
                            Tail.POLL,
                            columns,
                            1,
                            0,
                            20_000,
                            13_000);
            TenantJob.build(env, spec, run, plan);
        }
        return env.executeAsync();
    }
}
