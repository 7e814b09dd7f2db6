package io.godwit.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.cli.InProcessCli;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * How fast a tenant is copied out of a shared store, against one stream of COPY from server to
 * server, of the same rows into the same table with the same indexes, in the same run. Floor and
 * copy take turns; the first of each is cold and not counted.
 */
final class TenantBench {

    private static final String TENANT = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";
    private static final String COLUMNS =
            "global_position, event_id, aggregate_id, aggregate_type, event_type, tenant_id,"
                    + " actor_id, version, timestamp, payload, created_at";

    private final long events;
    private final int parallelism;
    private final int rounds;

    private TenantBench(BenchOptions options) {
        this.events = options.number("--events", 500_000);
        this.parallelism = options.count("--parallelism", 2);
        this.rounds = options.count("--rounds", 3);
    }

    static ObjectNode run(BenchOptions options) throws Exception {
        TenantBench bench = new TenantBench(options);
        options.end();
        return bench.measure();
    }

    private ObjectNode measure() throws Exception {
        HeapWatch heap = new HeapWatch();
        Path scratch = Files.createTempDirectory("godwit-bench");
        try (PostgresServer postgres = PostgresServer.start()) {
            PostgresDatabase source = postgres.newDatabase();
            TenantStores.create(source, StoreVariant.CURRENT);
            System.out.println("filling the shared store: " + events + " events of the tenant");
            fill(source);
            floor(source, store(postgres));
            double cold = copy(source, postgres.newDatabase(), scratch, "cold");
            System.out.println("first copy, cold: " + Math.round(cold) + " events/s");
            heap.reset();
            List<Double> copies = new ArrayList<>();
            List<Double> floors = new ArrayList<>(List.of(floor(source, store(postgres))));
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                double copy = copy(source, postgres.newDatabase(), scratch, "round" + round);
                floors.add(floor(source, store(postgres)));
                double floor = (floors.get(round) + floors.get(round + 1)) / 2;
                System.out.println(
                        "copy: " + Math.round(copy) + " events/s; floor " + Math.round(floor));
                copies.add(copy);
                ratios.add(copy / floor);
            }
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("bench", "tenant")
                    .put("events", events)
                    .put("parallelism", parallelism)
                    .put("rounds", rounds)
                    .put("events_per_s", Math.round(median(copies)))
                    .put("cold_events_per_s", Math.round(cold))
                    .put("copy_floor_per_s", Math.round(median(floors)))
                    .put("floor_ratio", Math.round(100 * median(ratios)) / 100.0)
                    .put("heap_peak_mib", heap.peakMiB())
                    .put("heap_max_mib", Runtime.getRuntime().maxMemory() >> 20);
        }
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int size = sorted.size();
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    private static PostgresDatabase store(PostgresServer postgres) {
        PostgresDatabase database = postgres.newDatabase();
        TenantStores.create(database, StoreVariant.CURRENT);
        return database;
    }

    /** Two of three events are the tenant's, in streams of ten; a payload has 830 characters. */
    private void fill(PostgresDatabase source) throws SQLException {
        try (Connection connection = source.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type,
                                        tenant_id, version, timestamp, payload)
                    SELECT gen_random_uuid(),
                        CAST(md5('stream' || owner || nth / 10) AS uuid), 'Order', 'OrderPlaced',
                        CASE owner WHEN 2 THEN CAST(md5('other') AS uuid) ELSE '%s'::uuid END,
                        nth %% 10 + 1, now(),
                        jsonb_build_object('event_id', gen_random_uuid(), 'nth', nth,
                            'note', repeat(md5(nth::text), 23))
                    FROM (SELECT g %% 3 AS owner, g / 3 AS nth
                          FROM generate_series(0, %d) AS g) AS drawn
                    """
                            .formatted(TENANT, events * 3 / 2 - 1));
            statement.execute("VACUUM ANALYZE events");
        }
    }

    private double floor(PostgresDatabase source, PostgresDatabase target) throws SQLException {
        long begin = System.nanoTime();
        try (Connection from = source.connect();
                Connection to = target.connect()) {
            CopyOut out =
                    from.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut(
                                    "COPY (SELECT "
                                            + COLUMNS
                                            + " FROM events WHERE tenant_id = '"
                                            + TENANT
                                            + "' ORDER BY global_position) TO STDOUT (FORMAT binary)");
            CopyIn in =
                    to.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("COPY events (" + COLUMNS + ") FROM STDIN (FORMAT binary)");
            for (byte[] message; (message = out.readFromCopy()) != null; ) {
                in.writeToCopy(message, 0, message.length);
            }
            long rows = in.endCopy();
            return rows / ((System.nanoTime() - begin) / 1e9);
        }
    }

    private double copy(
            PostgresDatabase source, PostgresDatabase target, Path scratch, String round)
            throws Exception {
        Path password = Files.writeString(scratch.resolve("password"), source.password());
        Path spec =
                Files.writeString(
                        scratch.resolve(round + ".yaml"),
                        """
                        name: bench-%1$s
                        kind: tenant
                        tenants: [%2$s]
                        source: { type: postgres-event-store, store_id: shared, url: "%3$s",
                                  user: %5$s, password: "${file:%6$s}",
                                  event_store: eventsource-py }
                        target: { type: postgres-event-store, store_id: own-%1$s, url: "%4$s",
                                  user: %5$s, password: "${file:%6$s}",
                                  event_store: eventsource-py, create_schema: true }
                        ledger: { url: "%4$s", user: %5$s, password: "${file:%6$s}" }
                        parallelism: %7$d
                        continuous: false
                        """
                                .formatted(
                                        round,
                                        TENANT,
                                        source.url(),
                                        target.url(),
                                        source.user(),
                                        password,
                                        parallelism));
        int exitCode =
                InProcessCli.run(
                        System.out::println,
                        "migrate",
                        spec.toString(),
                        "--local",
                        "--state-dir",
                        scratch.resolve("state").toString());
        if (exitCode != 0) {
            throw new IllegalStateException("The copy ended with exit code " + exitCode);
        }
        return copied(target) / seconds(target);
    }

    private static double copied(PostgresDatabase target) throws SQLException {
        return Double.parseDouble(target.ask("SELECT count(*) FROM events"));
    }

    /** From the job's start to the last event inside a completed checkpoint. */
    private static double seconds(PostgresDatabase target) throws SQLException {
        return Double.parseDouble(
                target.ask(
                        """
                        SELECT extract(epoch FROM max(at) FILTER (WHERE action = 'COPIED')
                            - min(at) FILTER (WHERE action = 'PHASE_BULK_COPY'))
                        FROM godwit.audit
                        """));
    }
}
