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
import io.godwit.spec.Kind;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.Tail;
import io.godwit.spec.TenantOptions;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
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
    private static final String NAME = "tail-bench";

    private static final Function<String, TenantOptions> TENANT =
            tenant ->
                    new TenantOptions(
                            List.of(tenant),
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null);

    private final int writers;
    private final int seconds;
    private final Positions positions;
    private final TenantHistory history = TenantHistory.of(1, 20_000);
    private PostgresDatabase source;
    private PostgresDatabase target;

    /** Runs by itself, too. */
    public static void main(String[] options) throws Exception {
        System.out.println(run(new ArrayDeque<>(List.of(options))));
        System.exit(0);
    }

    private TailBench(int writers, int seconds, Positions positions) {
        this.writers = writers;
        this.seconds = seconds;
        this.positions = positions;
    }

    static ObjectNode run(Deque<String> options) throws Exception {
        int writers = 4;
        int seconds = 20;
        Positions positions = Positions.KEEP;
        while (!options.isEmpty()) {
            String option = options.remove();
            switch (option) {
                case "--writers" -> writers = Integer.parseInt(options.remove());
                case "--seconds" -> seconds = Integer.parseInt(options.remove());
                case "--append" -> positions = Positions.APPEND;
                default -> throw new IllegalArgumentException("Unknown option " + option);
            }
        }
        return new TailBench(writers, seconds, positions).measure();
    }

    private ObjectNode measure() throws Exception {
        try (PostgresServer server =
                PostgresServer.start(Map.of("track_commit_timestamp", "on", "fsync", "on"))) {
            source = server.newDatabase();
            target = server.newDatabase();
            TenantStores.create(source, VARIANT);
            TenantStores.create(target, VARIANT);
            history.fill(source, VARIANT);
            ControlTables.create(spec(target, "own"));
            PostgresDatabase control = server.newDatabase();
            LedgerDatabase database =
                    new LedgerDatabase(control.url(), control.user(), control.password());
            database.migrate();
            try (Ledger ledger = new Ledger(database)) {
                long id = ledger.create(NAME, "tenant", "spec", true).id();
                JobClient job = start(new Run(database, id, NAME));
                Awaitility.await()
                        .atMost(Duration.ofMinutes(2))
                        .until(() -> ledger.find(NAME).orElseThrow().phase() == Phase.DUAL_WRITE);
                ObjectNode result = JsonNodeFactory.instance.objectNode();
                result.put("positions", positions.name());
                result.set("idle", phase(0, 0));
                result.set("now and then", phase(1, 150));
                result.set("busy", phase(writers, 10));
                job.cancel().get();
                return result;
            }
        }
    }

    private ObjectNode phase(int count, long pauseMillis) throws Exception {
        long after = Long.parseLong(ask(source, "SELECT max(global_position) FROM events"));
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
        result.put("events per s", Math.round(written / took));
        result.put(
                "source transactions per s",
                Math.round((transactions(source) - sourceBefore) / took));
        result.put(
                "target transactions per s",
                Math.round((transactions(target) - targetBefore) / took));
        if (count > 0) {
            int expected = written;
            Awaitility.await().until(() -> latencies(after).size() == expected);
            List<Double> millis = latencies(after);
            Collections.sort(millis);
            for (int percent : new int[] {50, 90, 99, 100}) {
                int at = Math.min(millis.size() - 1, millis.size() * percent / 100);
                result.put("p" + percent + " ms", Math.round(millis.get(at) * 10) / 10.0);
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
                ask(
                        database,
                        "SELECT xact_commit FROM pg_stat_database WHERE datname ="
                                + " current_database()"));
    }

    private static String ask(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private JobClient start(Run run) throws Exception {
        PostgresEventStoreSpec from = spec(source, "shared");
        PostgresEventStoreSpec to = spec(target, "own");
        MigrationSpec migration =
                new MigrationSpec(
                        NAME,
                        Kind.TENANT,
                        from,
                        to,
                        null,
                        null,
                        null,
                        null,
                        2,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        TENANT.apply(history.tenant(0)));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(2);
        try (Connection connection = source.connect()) {
            List<String> columns = StoreSchema.read(connection, VARIANT.mapping()).copiedColumns();
            TenantJob.build(
                    env,
                    migration,
                    run,
                    new TenantPlan(
                            NAME, from, to, positions, Tail.POLL, columns, 1, 0, 20_000, 13_000));
        }
        return env.executeAsync();
    }

    private static PostgresEventStoreSpec spec(PostgresDatabase database, String storeId) {
        return TenantStores.spec(database, storeId, VARIANT);
    }
}
