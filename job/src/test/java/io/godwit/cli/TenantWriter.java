package io.godwit.cli;

import io.godwit.testkit.PostgresDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** An application that appends events of a tenant, until it is closed; some it takes back. */
final class TenantWriter implements AutoCloseable {

    private static final String INSERT =
            """
            INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                version, timestamp, payload)
            VALUES (gen_random_uuid(), gen_random_uuid(), 'Live', 'Written', CAST(? AS uuid), 1,
                    clock_timestamp(), '{"live": true}')
            """;

    private final AtomicLong acknowledged = new AtomicLong();
    private final CompletableFuture<Void> end;
    private volatile boolean stopped;

    TenantWriter(PostgresDatabase store, String tenant) {
        end = CompletableFuture.runAsync(() -> write(store, tenant));
    }

    /** Events that the store has taken. */
    long acknowledged() {
        return acknowledged.get();
    }

    private void write(PostgresDatabase store, String tenant) {
        try (Connection connection = store.connect();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            connection.setAutoCommit(false);
            for (int i = 0; !stopped; i++) {
                insert.setString(1, tenant);
                insert.executeUpdate();
                insert.executeUpdate();
                if (i % 7 == 3) {
                    connection.rollback();
                } else {
                    connection.commit();
                    acknowledged.addAndGet(2);
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The writer failed", e);
        }
    }

    /** Fails if the writer has failed. */
    @Override
    public void close() throws ExecutionException, InterruptedException, TimeoutException {
        stopped = true;
        end.get(30, TimeUnit.SECONDS);
    }
}
