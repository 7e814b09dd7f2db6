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
import java.util.List;

/**
 * How fast a chain is copied, against what its two stores give and take in the same run. The job
 * runs in this process, an embedded Flink with the heap of a 1 GiB TaskManager; the stores have
 * processes of their own.
 */
final class ChainBench {

    private static final int BATCH = 5000;
    private static final int PAGE = 500;

    private final long events;
    private final int parallelism;

    ChainBench(long events, int parallelism) {
        this.events = events;
        this.parallelism = parallelism;
    }

    ObjectNode run() throws Exception {
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

            ReadFloor.measure(spec, Math.min(head, 20_000), parallelism, BATCH, PAGE);
            double readBefore = ReadFloor.measure(spec, head, parallelism, BATCH, PAGE);
            say("read floor: " + Math.round(readBefore) + " events/s");

            heap.reset();
            PostgresDatabase target = postgres.newDatabase();
            double copy = copy(endpoint, target, head, scratch);
            long heapPeak = heap.peakMiB();
            say("copy: " + Math.round(copy) + " events/s");

            double readAfter = ReadFloor.measure(spec, head, parallelism, BATCH, PAGE);
            say("read floor again: " + Math.round(readAfter) + " events/s");
            double write = writeFloor(postgres, target, head, scratch);
            say("write floor: " + Math.round(write) + " events/s");

            double read = (readBefore + readAfter) / 2;
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("bench", "chain")
                    .put("events", head)
                    .put("parallelism", parallelism)
                    .put("events_per_s", Math.round(copy))
                    .put("read_floor_per_s", Math.round(read))
                    .put("write_floor_per_s", Math.round(write))
                    .put("floor_ratio", Math.round(100 * copy / Math.min(read, write)) / 100.0)
                    .put("heap_peak_mib", heapPeak)
                    .put("heap_max_mib", Runtime.getRuntime().maxMemory() >> 20);
        } finally {
            source.destroyForcibly();
        }
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
