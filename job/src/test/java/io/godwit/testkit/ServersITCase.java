package io.godwit.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;

/** The kit itself, against the real servers that it starts. */
final class ServersITCase {

    @Test
    void committedRowsSurviveTheDeathOfPostgres() throws SQLException {
        try (PostgresServer server = PostgresServer.start(Map.of("wal_level", "logical"))) {
            PostgresDatabase database = server.newDatabase();
            assertThat(server.newDatabase().name()).isNotEqualTo(database.name());
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE TABLE survivor (id int)");
                statement.execute("INSERT INTO survivor VALUES (42)");
                assertThat(text(statement, "SHOW wal_level")).isEqualTo("logical");
                assertThat(text(statement, "SHOW log_timezone")).isEqualTo("UTC");
                long first = server.pid();

                server.kill();

                assertThatThrownBy(() -> statement.execute("SELECT 1"))
                        .isInstanceOf(SQLException.class);
                assertThatThrownBy(database::connect).isInstanceOf(SQLException.class);
                server.restart();
                assertThat(server.pid()).isNotEqualTo(first);
            }
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                assertThat(text(statement, "SELECT id FROM survivor")).isEqualTo("42");
            }
        }
    }

    @Test
    void tablesHoldWhatTheServiceWouldHaveWritten() {
        try (DynamoDbLocalServer server = DynamoDbLocalServer.start()) {
            DynamoDbClient client = server.client();
            ChainTables tables = ChainTables.create(client, "kit");
            ChainHistory history =
                    ChainHistory.startingAt(0, 1, 100)
                            .blocks(30)
                            .skipped(1)
                            .blocks(2)
                            .reorg(5)
                            .blocks(40);
            tables.encoding(Encoding.SDK_V1).putAll(history);

            assertThat(client.listTables().tableNames())
                    .containsExactlyInAnyOrder(
                            tables.blockTable(), tables.eventTable(), tables.versionedEventTable());
            // Beside what the history holds: the watermarks of blocks and of events.
            assertThat(history.blocks()).hasSize(30 + 1 + 2 + 40);
            assertThat(count(client, tables.blockTable()))
                    .isEqualTo(history.blocks().size() + history.canonicalCopies().size() + 1);
            assertThat(count(client, tables.eventTable())).isEqualTo(history.events().size() + 1);
            Map<String, AttributeValue> watermark =
                    get(
                            client,
                            tables.eventTable(),
                            Map.of("event_id", AttributeValue.fromN("-1")));
            assertThat(watermark.get("max_event_id").n())
                    .isEqualTo(Long.toString(history.lastSequence()));
            Map<String, AttributeValue> latest =
                    get(client, tables.blockTable(), blockKey("1-latest", "canonical"));
            assertThat(latest.get("block_hash").s()).isEqualTo(history.tip().orElseThrow().hash());
            Map<String, AttributeValue> skipped =
                    get(client, tables.blockTable(), blockKey("1-130", "null"));
            assertThat(skipped.get("block_hash").nul()).isTrue();
            assertThat(skipped.get("skipped").bool()).isTrue();

            tables.deleteEvent(0, 7);
            assertThat(
                            get(
                                    client,
                                    tables.eventTable(),
                                    Map.of("event_id", AttributeValue.fromN("7"))))
                    .isEmpty();
        }
    }

    @Test
    void versionedEventsAreAppendedAsTheLogGrows() {
        try (DynamoDbLocalServer server = DynamoDbLocalServer.start()) {
            DynamoDbClient client = server.client();
            ChainTables tables = ChainTables.create(client, "kit");
            ChainHistory history = ChainHistory.startingAt(3, 2, 0).blocks(3);
            tables.putAll(history);
            long next = history.nextSequence();
            tables.encoding(Encoding.MISSING).putSince(history.reorg(1).skipped(1), next);

            Map<String, AttributeValue> event =
                    get(
                            client,
                            tables.versionedEventTable(),
                            Map.of("event_id", AttributeValue.fromS("3-5")));
            assertThat(event.get("block_id").s()).isEqualTo("3-2");
            assertThat(event.get("type").n()).isEqualTo("1");
            assertThat(event).doesNotContainKeys("hash", "max_event_id");
            Map<String, AttributeValue> watermark =
                    get(
                            client,
                            tables.versionedEventTable(),
                            Map.of("event_id", AttributeValue.fromS("3-latest")));
            assertThat(watermark.get("sequence").n()).isEqualTo("5");
            assertThat(
                            get(client, tables.blockTable(), blockKey("2-0", "canonical"))
                                    .get("parent_hash")
                                    .s())
                    .isEmpty();
        }
    }

    @Test
    void rowsReadFromPostgresAreComparedWithTheModel() throws SQLException {
        ChainHistory history = ChainHistory.startingAt(0, 1, 0).blocks(2).skipped(1).reorg(1);
        history.orphansMarkedSkipped(1, 1).reorg(1).blocks(1);
        ChainRows expected = ChainModel.of(history);
        try (PostgresServer server = PostgresServer.start();
                Connection connection = server.newDatabase().connect();
                Statement statement = connection.createStatement()) {
            ChainSchema.create(statement);
            ChainSchema.insert(connection, expected);
            assertThat(ChainRows.read(connection)).isEqualTo(expected);

            statement.execute("UPDATE canonical_blocks SET is_watermark = true WHERE height = 1");
            statement.execute("UPDATE block_metadata SET timestamp = 7 WHERE height = 1");
            statement.execute("DELETE FROM block_events WHERE event_sequence = 4");
            assertThatThrownBy(() -> assertThat(ChainRows.read(connection)).isEqualTo(expected))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("3 differences")
                    .hasMessageContaining("block_metadata differs at 1/0x")
                    .hasMessageContaining("block_events lacks EventKey[eventTag=0, sequence=4]")
                    .hasMessageContaining("is_watermark has an unexpected Place[tag=1, height=1]");

            statement.execute("ALTER TABLE canonical_blocks DROP COLUMN is_watermark");
            statement.execute(
                    "ALTER TABLE block_metadata DROP COLUMN object_format, DROP COLUMN"
                            + " byte_offset");
            assertThat(ChainRows.read(connection).differencesFrom(expected)).hasSize(2);
        }
    }

    @Test
    void clusterOfProcessesSurvivesTheDeathOfItsParts(@TempDir Path work) {
        Path jar = SampleJob.jar(work.resolve("sample.jar"));
        try (FlinkProcessCluster cluster = FlinkProcessCluster.start(work, 2)) {
            FlinkProcessCluster.CliResult run =
                    cluster.cli(Map.of(), "run", "-d", "-p", "2", jar.toString());
            assertThat(run.exitCode()).as(run.output()).isZero();
            String job = cluster.rest("/jobs").path("jobs").path(0).path("id").asText();
            SampleJob.awaitCheckpoint(cluster, job, 1);

            int busy = cluster.taskManagerOf(job);
            long pid = cluster.taskManagerPid(busy);
            cluster.killTaskManager(busy);
            assertThat(ProcessHandle.of(pid).filter(Processes::isRunning)).isEmpty();
            assertThat(cluster.startTaskManager()).isEqualTo(3);
            SampleJob.awaitRestored(cluster, job);
            assertThat(cluster.taskManagerOf(job)).isNotEqualTo(busy);

            FlinkProcessCluster.CliResult stop = cluster.cli(Map.of(), "stop", job);
            assertThat(stop.exitCode()).as(stop.output()).isZero();
            assertThat(cluster.savepoints()).isNotEmptyDirectory();

            cluster.killJobManager();
            cluster.startJobManager();
            assertThat(cluster.rest("/taskmanagers").path("taskmanagers")).hasSize(2);
            assertThat(cluster.rest("/jobs").path("jobs")).isEmpty();
        }
    }

    private static String text(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    private static int count(DynamoDbClient client, String table) {
        return client.scanPaginator(ScanRequest.builder().tableName(table).build()).stream()
                .mapToInt(page -> page.count())
                .sum();
    }

    private static Map<String, AttributeValue> get(
            DynamoDbClient client, String table, Map<String, AttributeValue> key) {
        return client.getItem(request -> request.tableName(table).key(key).consistentRead(true))
                .item();
    }

    private static Map<String, AttributeValue> blockKey(String pid, String rid) {
        return Map.of(
                "block_pid", AttributeValue.fromS(pid), "block_rid", AttributeValue.fromS(rid));
    }
}
