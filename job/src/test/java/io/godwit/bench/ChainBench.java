package io.godwit.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.godwit.cli.InProcessCli;
import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.dynamodb.ReadFloor;
import io.godwit.connector.postgres.ChainDdl;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.spec.Secret;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.PostgresServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast a chain is copied, against what its two stores give and take in the same run. The job
 * runs in this process, an embedded Flink with the heap of a 1 GiB TaskManager; the stores have
 * processes of their own.
 *
 * <p>Both sides are measured warm: before the floor a short run of it, before the copy a whole one,
 * which is reported as cold_events_per_s. A job that runs for hours is a warm one. Each round's
 * copy is compared with the floors right before and after it, because a machine's pace changes; the
 * figures are medians of the rounds.
 */
final class ChainBench {

    private static final int BATCH = 5000;
    private static final int PAGE = 500;

    private final long events;
    private final int parallelism;
    private final int rounds;

    private ChainBench(BenchOptions options) {
        this.events = options.number("--events", 200_000);
        this.parallelism = options.count("--parallelism", 2);
        this.rounds = options.count("--rounds", 3);
    }

    static ObjectNode run(BenchOptions options) throws Exception {
        ChainBench bench = new ChainBench(options);
        options.end();
        return bench.measure();
    }

    private ObjectNode measure() throws Exception {
        HeapWatch heap = new HeapWatch();
        Path scratch = Files.createTempDirectory("godwit-bench");
        Process source = startSource();
        try (PostgresServer postgres = PostgresServer.start();
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(source.getInputStream()))) {
            say("filling the source with " + events + " events");
            String[] ready = ready(lines);
            String endpoint = ready[1];
            long head = Long.parseLong(ready[2]);
            ChainstorageDynamoDbSpec spec = source(endpoint);

            PostgresDatabase target = postgres.newDatabase();
            double cold = copy(endpoint, target, head, scratch);
            say("first copy, cold: " + Math.round(cold) + " events/s");
            readFloor(spec, Math.min(head, 20_000));

            List<Double> reads = new ArrayList<>(List.of(readFloor(spec, head)));
            List<Double> writes = new ArrayList<>();
            List<Double> copies = new ArrayList<>();
            List<Double> ratios = new ArrayList<>();
            heap.reset();
            for (int round = 0; round < rounds; round++) {
                double copy = copy(endpoint, postgres.newDatabase(), head, scratch);
                reads.add(readFloor(spec, head));
                double write = writeFloor(postgres, target, head, scratch);
                double read = (reads.get(round) + reads.get(round + 1)) / 2;
                say("copy: " + Math.round(copy) + " events/s; read floor " + Math.round(read));
                copies.add(copy);
                writes.add(write);
                ratios.add(copy / Math.min(read, write));
            }
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("bench", "chain")
                    .put("events", head)
                    .put("parallelism", parallelism)
                    .put("rounds", rounds)
                    .put("events_per_s", Math.round(median(copies)))
                    .put("cold_events_per_s", Math.round(cold))
                    .put("read_floor_per_s", Math.round(median(reads)))
                    .put("write_floor_per_s", Math.round(median(writes)))
                    .put("floor_ratio", Math.round(100 * median(ratios)) / 100.0)
                    .put("heap_peak_mib", heap.peakMiB())
                    .put("heap_max_mib", Runtime.getRuntime().maxMemory() >> 20);
        } finally {
            source.destroyForcibly();
        }
    }

    private double readFloor(ChainstorageDynamoDbSpec spec, long head) throws Exception {
        return ReadFloor.measure(spec, head, parallelism, BATCH, PAGE);
    }

    private static double median(List<Double> figures) {
        List<Double> sorted = figures.stream().sorted().toList();
        int size = sorted.size();
        return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
    }

    private Process startSource() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx4g",
                        "-Dsqlite4java.library.path="
                                + System.getProperty("sqlite4java.library.path"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChainSource.class.getName(),
                        Long.toString(events))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static String[] ready(BufferedReader lines) throws Exception {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("ready ")) {
                return line.split(" ");
            }
        }
        throw new IllegalStateException("The source ended before it was ready");
    }

    private static ChainstorageDynamoDbSpec source(String endpoint) {
        return new ChainstorageDynamoDbSpec(
                "us-east-1",
                endpoint,
                "godwit",
                new Secret("godwit"),
                ChainSource.BLOCKS,
                ChainSource.EVENTS,
                null,
                List.of(0),
                0L);
    }

    private double copy(String endpoint, PostgresDatabase target, long head, Path scratch)
            throws Exception {
        Path secret = Files.writeString(scratch.resolve("secret"), "godwit");
        Path password = Files.writeString(scratch.resolve("password"), target.password());
        Path spec =
                Files.writeString(
                        scratch.resolve("bench.yaml"),
                        """
                        name: bench
                        kind: chain
                        source:
                          type: chainstorage-dynamodb
                          region: us-east-1
                          endpoint: %s
                          access_key_id: godwit
                          secret_access_key: ${file:%s}
                          block_table: %s
                          event_table: %s
                        target:
                          type: chainstorage-postgres
                          url: %s
                          user: %s
                          password: ${file:%s}
                          create_schema: true
                        batch_size: %d
                        parallelism: %d
                        continuous: false
                        """
                                .formatted(
                                        endpoint,
                                        secret,
                                        ChainSource.BLOCKS,
                                        ChainSource.EVENTS,
                                        target.url(),
                                        target.user(),
                                        password,
                                        BATCH,
                                        parallelism));
        int exitCode =
                InProcessCli.run(
                        ChainBench::say,
                        "migrate",
                        spec.toString(),
                        "--local",
                        "--state-dir",
                        scratch.resolve("state").toString());
        if (exitCode != 0) {
            throw new IllegalStateException("The copy ended with exit code " + exitCode);
        }
        return head / copySeconds(target);
    }

    /**
     * From the job's start to the last event inside a completed checkpoint, as the ledger has it.
     */
    private static double copySeconds(PostgresDatabase target) throws Exception {
        try (Connection connection = target.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                """
                                SELECT extract(epoch FROM
                                  max(at) FILTER (WHERE action = 'COPIED')
                                  - min(at) FILTER (WHERE action = 'PHASE_BULK_COPY'))
                                FROM godwit.audit
                                """)) {
            row.next();
            return row.getDouble(1);
        }
    }

    private static double writeFloor(
            PostgresServer postgres, PostgresDatabase target, long head, Path scratch)
            throws Exception {
        PostgresDatabase floor = postgres.newDatabase();
        ChainDdl.createIfMissing(
                new ChainstoragePostgresSpec(
                        floor.url(), floor.user(), new Secret(floor.password()), true),
                "bench");
        try (Connection from = target.connect();
                Connection to = floor.connect()) {
            return WriteFloor.measure(from, to, head, scratch);
        }
    }

    private static void say(String line) {
        System.out.println(line);
    }
}
