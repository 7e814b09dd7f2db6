package io.godwit.connector.postgres.eventstore;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Finds out who holds up a gap fence, at most four times a second, and says so once for each. */
final class SlowHolders {

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final Connection connection;
    private final long sequence;
    private final Duration slowAfter;
    private final Set<Fence.Holder> reported = new HashSet<>();
    private Duration looked = Duration.ZERO;

    SlowHolders(Connection connection, long sequence, Duration slowAfter) {
        this.connection = connection;
        this.sequence = sequence;
        this.slowAfter = slowAfter;
    }

    /**
     * @param waited since the current wait began
     */
    void report(Fence fence, Duration waited, Consumer<SlowHolder> report) throws SQLException {
        if (waited.compareTo(looked) < 0) {
            looked = Duration.ZERO;
        }
        if (waited.minus(looked).compareTo(LOOK_EVERY) < 0) {
            return;
        }
        looked = waited;
        reported.retainAll(fence.holders());
        if (!reported.containsAll(fence.holders())) {
            look(fence, waited, report);
        }
    }

    private void look(Fence fence, Duration waited, Consumer<SlowHolder> report)
            throws SQLException {
        String sql =
                """
                SELECT l.virtualtransaction, coalesce(l.pid, 0),
                    CASE WHEN l.pid IS NULL THEN p.gid ELSE a.application_name END,
                    CASE WHEN l.pid IS NULL THEN 'prepared' ELSE a.state END,
                    left(a.query, 200),
                    extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, p.prepared)) * 1000
                FROM pg_locks l
                LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                LEFT JOIN pg_locks x ON l.pid IS NULL AND x.pid IS NULL
                    AND x.virtualtransaction = l.virtualtransaction
                    AND x.locktype = 'transactionid'
                LEFT JOIN pg_prepared_xacts p ON p.transaction = x.transactionid
                WHERE l.locktype = 'relation' AND l.relation = CAST(? AS oid)
                    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND l.mode = 'RowExclusiveLock' AND l.granted
                """;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setLong(1, sequence);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    double millis = rows.getDouble(6);
                    Duration age = rows.wasNull() ? waited : Duration.ofMillis((long) millis);
                    Fence.Holder holder = new Fence.Holder(rows.getString(1), rows.getInt(2));
                    if (age.compareTo(slowAfter) >= 0
                            && fence.holders().contains(holder)
                            && reported.add(holder)) {
                        report.accept(
                                new SlowHolder(
                                        holder,
                                        holder.pid(),
                                        rows.getString(3),
                                        rows.getString(4),
                                        rows.getString(5),
                                        age));
                    }
                }
            }
        }
    }
}
