package io.godwit.job;

import io.godwit.ledger.LedgerDatabase;
import io.godwit.sink.AppliedCounts;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.JdbcExecutionOptions;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.apache.flink.connector.jdbc.internal.GenericJdbcSinkFunction;
import org.apache.flink.connector.jdbc.internal.JdbcOutputFormat;
import org.apache.flink.connector.jdbc.internal.executor.JdbcBatchStatementExecutor;
import org.apache.flink.streaming.api.functions.sink.SinkFunction;

/**
 * The ledger's side table of counts, as a sink of flink-connector-jdbc with an upsert. It hangs
 * behind the commit of another sink, where Flink 1.20 cannot expand a second Sink V2; hence the
 * connector's older form.
 */
final class LedgerCounts {

    private static final String UPSERT =
            """
            INSERT INTO godwit.applied_counts AS c
                (migration_id, writer, written, already_equal, dead_lettered)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (migration_id, writer) DO UPDATE
            SET written = greatest(c.written, EXCLUDED.written),
                already_equal = greatest(c.already_equal, EXCLUDED.already_equal),
                dead_lettered = greatest(c.dead_lettered, EXCLUDED.dead_lettered),
                updated_at = now()
            """;

    private LedgerCounts() {}

    static SinkFunction<AppliedCounts> sink(Run run) {
        long migrationId = run.migrationId();
        JdbcConnectionOptions.JdbcConnectionOptionsBuilder connection =
                new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                        .withUrl(run.ledger().url())
                        .withDriverName("org.postgresql.Driver");
        if (run.ledger().user() != null) {
            connection.withUsername(run.ledger().user());
        }
        if (run.ledger().password() != null) {
            connection.withPassword(run.ledger().password());
        }
        JdbcExecutionOptions batches =
                JdbcExecutionOptions.builder()
                        .withBatchSize(100)
                        .withBatchIntervalMs(200)
                        .withMaxRetries(5)
                        .build();
        return new GenericJdbcSinkFunction<>(
                new JdbcOutputFormat<>(
                        new SimpleJdbcConnectionProvider(connection.build()),
                        batches,
                        () -> statements(migrationId)));
    }

    private static JdbcBatchStatementExecutor<AppliedCounts> statements(long migrationId) {
        // The connector loads the driver, which registers itself; see there.
        LedgerDatabase.driver();
        return JdbcBatchStatementExecutor.simple(
                UPSERT,
                (statement, counts) -> {
                    statement.setLong(1, migrationId);
                    statement.setString(2, counts.writer());
                    statement.setLong(3, counts.written());
                    statement.setLong(4, counts.alreadyEqual());
                    statement.setLong(5, counts.deadLettered());
                });
    }
}
