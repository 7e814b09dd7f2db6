package io.godwit.job;

import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * An application that appends to a tenant until it is stopped, in a store of any shape:
 * transactions of three events like the tenant's first one, every seventh of them rolled back.
 */
final class LiveWriter implements AutoCloseable {

    private final CompletableFuture<Void> end;
    private volatile boolean stopped;

    /**
     * @param prefix makes the ids those of this writer alone
     */
    LiveWriter(PostgresDatabase store, StoreVariant variant, String tenant, String prefix) {
        end = CompletableFuture.runAsync(() -> write(store, variant, tenant, prefix));
    }

    private void write(PostgresDatabase store, StoreVariant variant, String tenant, String prefix) {
        try (Connection connection = store.connect();
                PreparedStatement insert = connection.prepareStatement(insertLike(variant))) {
            connection.setAutoCommit(false);
            for (int i = 0; !stopped; i++) {
                for (int n = 0; n < 3; n++) {
                    insert.setString(1, prefix + i + "-" + n);
                    insert.setString(2, tenant);
                    insert.executeUpdate();
                }
                if (i % 7 == 3) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The writer failed", e);
        }
    }

    private static String insertLike(StoreVariant variant) {
        return variant == StoreVariant.JOURNAL
                ? """
                INSERT INTO journal.entries (account, "Stream", revision, id, kind, at, envelope)
                SELECT account, 'Live-' || k, 1, md5(k), kind, clock_timestamp(), envelope
                FROM journal.entries, (SELECT CAST(? AS text) AS k) AS live
                WHERE account = ? ORDER BY seq LIMIT 1
                """
                : """
                INSERT INTO events (event_id, aggregate_id, aggregate_type, event_type, tenant_id,
                                    version, timestamp, payload)
                SELECT md5(k)::uuid, md5('s' || k)::uuid, 'Live', 'Written', tenant_id, 1,
                       timestamp, payload
                FROM events, (SELECT CAST(? AS text) AS k) AS live
                WHERE tenant_id = CAST(? AS uuid) ORDER BY global_position LIMIT 1
                """;
    }

    /** After its transaction; fails if it has failed. */
    void stop() throws Exception {
        stopped = true;
        end.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        stopped = true;
    }
}
