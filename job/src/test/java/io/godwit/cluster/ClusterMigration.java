package io.godwit.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.ledger.AuditEntry;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import io.godwit.testkit.ChainHistory;
import io.godwit.testkit.ChainRows;
import io.godwit.testkit.ChainTables;
import io.godwit.testkit.DynamoDbLocalServer;
import io.godwit.testkit.PostgresDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/**
 * A migration of event tag 0 as its operator has it: a spec file whose secrets are references, the
 * environment that resolves them, and the ledger, which is in the target's database. Used by one
 * thread.
 */
record ClusterMigration(
        String name, Path spec, Map<String, String> environment, PostgresDatabase database) {

    /**
     * @param settings the spec's last lines
     */
    static ClusterMigration of(
            String name,
            Path directory,
            DynamoDbLocalServer dynamo,
            ChainTables tables,
            PostgresDatabase database,
            String settings) {
        Map<String, String> environment =
                Map.of(
                        "GODWIT_DYNAMODB_ENDPOINT", dynamo.endpoint(),
                        "AWS_ACCESS_KEY_ID", DynamoDbLocalServer.ACCESS_KEY_ID,
                        "AWS_SECRET_ACCESS_KEY", DynamoDbLocalServer.SECRET_ACCESS_KEY,
                        "GODWIT_TARGET_URL", database.url(),
                        "GODWIT_TARGET_USER", database.user(),
                        "GODWIT_TARGET_PASSWORD", database.password(),
                        "GODWIT_LEDGER_URL", database.url(),
                        "GODWIT_LEDGER_USER", database.user(),
                        "GODWIT_LEDGER_PASSWORD", database.password());
        String yaml =
                """
                name: %s
                kind: chain
                source:
                  type: chainstorage-dynamodb
                  region: %s
                  endpoint: ${GODWIT_DYNAMODB_ENDPOINT}
                  access_key_id: ${AWS_ACCESS_KEY_ID}
                  secret_access_key: ${AWS_SECRET_ACCESS_KEY}
                  block_table: %s
                  event_table: %s
                target:
                  type: chainstorage-postgres
                  url: ${GODWIT_TARGET_URL}
                  user: ${GODWIT_TARGET_USER}
                  password: ${GODWIT_TARGET_PASSWORD}
                  create_schema: true
                batch_size: 100
                checkpoint_interval: 500ms
                parallelism: 2
                poll_interval: 200ms
                """
                        .formatted(
                                name,
                                DynamoDbLocalServer.REGION,
                                tables.blockTable(),
                                tables.eventTable());
        return new ClusterMigration(
                name,
                write(directory.resolve(name + ".yaml"), yaml + settings),
                environment,
                database);
    }

    /**
     * The same migration for a process that has none of these variables, as the JobManager of a web
     * UI: secrets are references to files.
     */
    ClusterMigration withoutEnvironment() {
        String text = read(spec);
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            Path secret =
                    write(spec.resolveSibling(name + "." + variable.getKey()), variable.getValue());
            text = text.replace("${" + variable.getKey() + "}", "${file:" + secret + "}");
        }
        return new ClusterMigration(
                name,
                write(spec.resolveSibling(name + "-files.yaml"), text),
                environment,
                database);
    }

    String jobName() {
        return "godwit: " + name;
    }

    MigrationRow row() {
        return ask(ledger -> ledger.find(name).orElseThrow());
    }

    Phase phase() {
        return row().phase();
    }

    /** What completed checkpoints hold of the source's log; nothing before the first. */
    long appliedThrough() {
        return ask(ledger -> ledger.progressOf(ledger.find(name).orElseThrow().id())).stream()
                .mapToLong(TagProgress::appliedThrough)
                .sum();
    }

    List<String> audit() {
        return ask(ledger -> ledger.auditOf(ledger.find(name).orElseThrow().id())).stream()
                .map(AuditEntry::action)
                .toList();
    }

    ChainRows rows() {
        try (Connection connection = database.connect()) {
            return ChainRows.read(connection);
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot read the rows of " + name, e);
        }
    }

    void update(String sql) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            assertThat(statement.executeUpdate(sql)).as(sql).isEqualTo(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    boolean hasApplied(ChainHistory history) {
        return appliedThrough() == history.lastSequence();
    }

    private interface Question<T> {
        T to(Ledger ledger) throws SQLException;
    }

    private <T> T ask(Question<T> question) {
        try (Ledger ledger =
                new Ledger(
                        new LedgerDatabase(database.url(), database.user(), database.password()))) {
            return question.to(ledger);
        } catch (SQLException e) {
            throw new IllegalStateException("The ledger of " + name + " does not answer", e);
        }
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
