package io.godwit.router;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The statements of one append, in a transaction that the caller opened and ends: READ COMMITTED,
 * look at the version, insert. Two writers of one version are told apart by the unique constraint.
 * A partitioned table's constraints include the timestamp and tell nothing apart, so there the
 * writers of a stream queue behind an advisory lock, and event ids are looked for first; that holds
 * among users of this class.
 */
final class AppendTransaction {

    /** Rows in one INSERT; a statement takes 65,535 parameters. */
    private static final int ROWS = 500;

    private static final String COLUMNS =
            "(event_id, aggregate_id, aggregate_type, event_type, tenant_id, actor_id, version,"
                    + " timestamp, payload, created_at)";
    private static final String VALUES = "(?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS jsonb), NOW())";

    /** The transaction's id is what the outcome of a lost COMMIT is asked by. */
    private static final String RETURNING = " RETURNING global_position, txid_current()";

    /** What was written, if it commits. */
    record Written(AppendResult result, long txid) {}

    private final Connection connection;
    private final TableShape shape;
    private long current;

    AppendTransaction(Connection connection, TableShape shape) {
        this.connection = connection;
        this.shape = shape;
    }

    Written write(Append append) throws SQLException {
        begin(append);
        if (shape.partitioned()) {
            lockStream(append.stream());
            Optional<UUID> known = firstKnown(connection, append.eventIds());
            if (known.isPresent()) {
                throw new DuplicateEventException(known.get());
            }
        }
        current = version(connection, append.stream());
        if (!append.expected().accepts(current)) {
            // An append that is repeated because its outcome was not known, and was stored.
            Optional<UUID> known = firstKnown(connection, append.eventIds());
            if (known.isPresent()) {
                throw new DuplicateEventException(known.get());
            }
            throw new OptimisticLockException(append.stream(), append.expected(), current);
        }
        return insert(append);
    }

    /** The stream's version that this transaction builds on. */
    long current() {
        return current;
    }

    private void begin(Append append) throws SQLException {
        String settings = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";
        if (append.lockTimeout() != null) {
            // 0 would be no limit.
            settings +=
                    "; SET LOCAL lock_timeout = " + Math.max(1, append.lockTimeout().toMillis());
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(settings);
        }
    }

    private void lockStream(StreamId stream) throws SQLException {
        String sql = "SELECT pg_advisory_xact_lock(hashtextextended('godwit-stream:' || ?, 0))";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, stream.toString());
            statement.execute();
        }
    }

    private Written insert(Append append) throws SQLException {
        long first = Long.MAX_VALUE;
        long txid = 0;
        List<NewEvent> events = append.events();
        for (int from = 0; from < events.size(); from += ROWS) {
            List<NewEvent> rows = events.subList(from, Math.min(from + ROWS, events.size()));
            String sql =
                    "INSERT INTO events "
                            + COLUMNS
                            + " VALUES "
                            + String.join(", ", Collections.nCopies(rows.size(), VALUES))
                            + RETURNING;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                bind(statement, append.stream(), rows, current + from);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        first = Math.min(first, row.getLong(1));
                        txid = row.getLong(2);
                    }
                }
            }
        }
        return new Written(new AppendResult(current + events.size(), first), txid);
    }

    private static void bind(
            PreparedStatement statement, StreamId stream, List<NewEvent> rows, long version)
            throws SQLException {
        int i = 1;
        for (NewEvent event : rows) {
            version++;
            statement.setObject(i++, event.eventId());
            statement.setObject(i++, stream.aggregateId());
            statement.setString(i++, stream.aggregateType());
            statement.setString(i++, event.eventType());
            statement.setObject(i++, stream.tenantId(), Types.OTHER);
            statement.setString(i++, event.actorId());
            statement.setLong(i++, version);
            statement.setObject(i++, event.occurredAt().atOffset(ZoneOffset.UTC));
            statement.setString(i++, event.payload());
        }
    }

    /** The version of a stream's last event, or 0. */
    static long version(Connection connection, StreamId stream) throws SQLException {
        String sql =
                "SELECT COALESCE(MAX(version), 0) FROM events"
                        + " WHERE aggregate_id = ? AND aggregate_type = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, stream.aggregateId());
            statement.setString(2, stream.aggregateType());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** One of these ids that the table has. */
    static Optional<UUID> firstKnown(Connection connection, List<UUID> ids) throws SQLException {
        String sql = "SELECT event_id FROM events WHERE event_id = ANY (?) LIMIT 1";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(row.getObject(1, UUID.class)) : Optional.empty();
            }
        }
    }
}
