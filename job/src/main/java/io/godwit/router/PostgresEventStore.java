package io.godwit.router;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * One event store in PostgreSQL: the table {@code events} of eventsource-py, on the search path,
 * with or without its {@code txid} column, partitioned or not.
 *
 * <p>Any number of threads; each call takes one connection of the DataSource. An append is one
 * transaction in READ COMMITTED; what it answered survives any crash that PostgreSQL survives. If
 * the answer to COMMIT is lost, the event ids are looked for once the transaction has ended, and
 * only an append that is not there is repeated. Which unique constraint was violated is found out
 * by looking, so its name does not matter. Outbox rows are not written.
 *
 * <p>{@link #readAll} never skips an event of a transaction that had its id when the call looked.
 * Positions are drawn a moment before the id: a reader right behind the writers can miss an event
 * that was in that moment. Without {@code txid} it can skip every event that is committed late.
 * Godwit's own tail reads by a stronger rule.
 */
public final class PostgresEventStore implements EventStore {

    /** How often an append is made whose COMMIT was lost and that is not there. */
    private static final int ATTEMPTS = 3;

    private static final String EVENTS =
            "SELECT global_position, event_id, tenant_id, aggregate_id, aggregate_type, version,"
                    + " event_type, timestamp, created_at, actor_id, payload FROM events WHERE ";
    private static final String STREAM =
            EVENTS + "aggregate_id = ? AND aggregate_type = ? AND version >= ? ORDER BY version";
    private static final String SETTLED =
            " AND (txid IS NULL OR txid < pg_snapshot_xmin(pg_current_snapshot()))";

    private final String storeId;
    private final DataSource dataSource;
    private volatile TableShape shape;

    /** The id is the {@code store_id} of Godwit's specs. */
    public PostgresEventStore(String storeId, DataSource dataSource) {
        this.storeId = Objects.requireNonNull(storeId, "storeId");
        this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
    }

    public String storeId() {
        return storeId;
    }

    /**
     * As the interface says, and {@link TenantMovedException} if this store does not take the
     * tenant's appends. A held append waits as long as the session's {@code lock_timeout} allows.
     */
    @Override
    public AppendResult append(StreamId stream, List<NewEvent> events, ExpectedVersion expected) {
        return append(new Append(stream, events, expected, null));
    }

    AppendResult append(
            StreamId stream, List<NewEvent> events, ExpectedVersion expected, Duration lockWait) {
        return append(new Append(stream, events, expected, lockWait));
    }

    private AppendResult append(Append append) {
        TableShape known = appendShape();
        SQLException lost = null;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            AppendTransaction.Written written;
            try (Session session = Session.transaction(dataSource)) {
                written = write(session, known, append);
                try {
                    session.connection().commit();
                    return written.result();
                } catch (SQLException e) {
                    if (SqlStates.TENANT_MOVED.equals(e.getSQLState())) {
                        throw TenantMovedException.from(storeId, e);
                    }
                    lost = e;
                }
            } catch (SQLException e) {
                throw failed("take an append to stream " + append.stream(), e);
            }
            if (new LostCommit(storeId, dataSource).isStored(append, written.txid(), lost)) {
                return written.result();
            }
        }
        throw failed(
                "commit an append to stream %s in %d tries; nothing was stored"
                        .formatted(append.stream(), ATTEMPTS),
                lost);
    }

    private AppendTransaction.Written write(Session session, TableShape known, Append append)
            throws SQLException {
        AppendTransaction transaction = new AppendTransaction(session.connection(), known);
        try {
            return transaction.write(append);
        } catch (SQLException e) {
            session.rollback();
            throw explained(e, append, transaction.current(), session.connection());
        } catch (RuntimeException e) {
            session.rollback();
            throw e;
        }
    }

    /** The transaction is over; what is looked for now is what it ran into. */
    private EventStoreException explained(
            SQLException e, Append append, long builtOn, Connection connection)
            throws SQLException {
        if (SqlStates.TENANT_MOVED.equals(e.getSQLState())) {
            return TenantMovedException.from(storeId, e);
        }
        if (SqlStates.UNIQUE_VIOLATION.equals(e.getSQLState())) {
            Optional<UUID> known = AppendTransaction.firstKnown(connection, append.eventIds());
            if (known.isPresent()) {
                return new DuplicateEventException(known.get());
            }
            long actual = AppendTransaction.version(connection, append.stream());
            if (actual > builtOn) {
                return new OptimisticLockException(append.stream(), append.expected(), actual);
            }
        }
        return failed(
                "append %d events to stream %s (nothing was stored)"
                        .formatted(append.events().size(), append.stream()),
                e);
    }

    @Override
    public List<RecordedEvent> readStream(StreamId stream, long fromVersion) {
        try (Session session = Session.reading(dataSource);
                PreparedStatement statement = session.connection().prepareStatement(STREAM)) {
            statement.setObject(1, stream.aggregateId());
            statement.setString(2, stream.aggregateType());
            statement.setLong(3, fromVersion);
            return rows(statement);
        } catch (SQLException e) {
            throw failed("read stream " + stream, e);
        }
    }

    @Override
    public long streamVersion(StreamId stream) {
        try (Session session = Session.reading(dataSource)) {
            return AppendTransaction.version(session.connection(), stream);
        } catch (SQLException e) {
            throw failed("read the version of stream " + stream, e);
        }
    }

    @Override
    public FeedPage readAll(UUID tenantId, long afterPosition, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit " + limit + " reads nothing; use 1 or more");
        }
        try (Session session = Session.reading(dataSource)) {
            String sql =
                    EVENTS
                            + (tenantId == null ? "tenant_id IS NULL" : "tenant_id = ?")
                            + " AND global_position > ?"
                            + (feedShape(session.connection()).txid() ? SETTLED : "")
                            + " ORDER BY global_position LIMIT ?";
            try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
                int i = 1;
                if (tenantId != null) {
                    statement.setObject(i++, tenantId);
                }
                statement.setLong(i++, afterPosition);
                statement.setInt(i, limit);
                return new FeedPage(storeId, rows(statement));
            }
        } catch (SQLException e) {
            throw failed("read events of tenant %s after %d".formatted(tenantId, afterPosition), e);
        }
    }

    private static List<RecordedEvent> rows(PreparedStatement statement) throws SQLException {
        List<RecordedEvent> events = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                UUID tenant = row.getObject("tenant_id", UUID.class);
                UUID aggregate = row.getObject("aggregate_id", UUID.class);
                events.add(
                        new RecordedEvent(
                                row.getLong("global_position"),
                                row.getObject("event_id", UUID.class),
                                new StreamId(tenant, aggregate, row.getString("aggregate_type")),
                                row.getLong("version"),
                                row.getString("event_type"),
                                instant(row, "timestamp"),
                                instant(row, "created_at"),
                                row.getString("actor_id"),
                                row.getString("payload")));
            }
        }
        return events;
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Looked at before the transaction, whose first statement sets its isolation. */
    private TableShape appendShape() {
        TableShape known = shape;
        if (known != null) {
            return known;
        }
        try (Session session = Session.reading(dataSource)) {
            return feedShape(session.connection());
        } catch (SQLException e) {
            throw failed("be looked at", e);
        }
    }

    /** Looked at again while the column is missing: an update of eventsource-py may bring it. */
    private TableShape feedShape(Connection connection) throws SQLException {
        TableShape known = shape;
        if (known == null || !known.txid()) {
            known = TableShape.read(storeId, connection);
            shape = known;
        }
        return known;
    }

    private EventStoreException failed(String what, SQLException e) {
        return new EventStoreException(
                "Store %s cannot %s: %s".formatted(storeId, what, e.getMessage()), e);
    }
}
