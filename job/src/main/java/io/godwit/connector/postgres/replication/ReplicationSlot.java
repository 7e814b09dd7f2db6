package io.godwit.connector.postgres.replication;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** A logical slot of the plugin pgoutput in the connection's database. */
final class ReplicationSlot {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final String QUERY_CANCELLED = "57014";

    private static final String STATES =
            """
            SELECT slot_name, coalesce(active_pid, 0), coalesce(wal_status, 'lost'),
                   coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)
            FROM pg_replication_slots
            WHERE database = current_database() AND plugin = 'pgoutput' AND %s
            ORDER BY slot_name
            """;

    private final FeedName name;

    ReplicationSlot(FeedName name) {
        this.name = name;
    }

    Optional<SlotState> state(Connection connection) throws SQLException {
        return states(connection, "slot_name = ?", name.value()).stream().findFirst();
    }

    /** All slots of this database that have a name of ours, whatever migration they were for. */
    static List<SlotState> ours(Connection connection) throws SQLException {
        return states(connection, "starts_with(slot_name, ?)", FeedName.PREFIX);
    }

    private static List<SlotState> states(Connection connection, String which, String parameter)
            throws SQLException {
        List<SlotState> states = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(STATES.formatted(which))) {
            statement.setString(1, parameter);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String status = rows.getString(3);
                    states.add(
                            new SlotState(
                                    rows.getString(1),
                                    rows.getInt(2),
                                    !status.equals("lost"),
                                    rows.getLong(4),
                                    status));
                }
            }
        }
        return states;
    }

    /**
     * Waits until every transaction has ended that was writing, in any database of the server: only
     * then the server knows from where on it can tell whole transactions.
     *
     * @throws MigrationException RECOVERABLE with those it waited for in vain
     */
    void create(Connection connection, Duration patience) throws SQLException {
        try (Statement session = connection.createStatement()) {
            session.execute("SET statement_timeout = " + patience.toMillis());
            try (PreparedStatement create =
                    connection.prepareStatement(
                            "SELECT FROM pg_create_logical_replication_slot(?, 'pgoutput')")) {
                create.setString(1, name.value());
                create.execute();
            } finally {
                session.execute("SET statement_timeout = 0");
            }
        } catch (SQLException e) {
            if (!QUERY_CANCELLED.equals(e.getSQLState())) {
                throw e;
            }
            throw MigrationException.refused(
                    name.value(),
                    "The replication slot "
                            + name
                            + " could not be created within "
                            + patience
                            + ": transactions that write are open: "
                            + writers(connection)
                            + ". End them and try again, or set tail: poll");
        }
    }

    private static List<String> writers(Connection connection) throws SQLException {
        List<String> writers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                """
                                SELECT format('pid %s of %s (%s), open since %s s', pid, datname,
                                              state, extract(epoch FROM now() - xact_start)::bigint)
                                FROM pg_stat_activity
                                WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
                                UNION ALL
                                SELECT format('prepared transaction %s of %s', gid, database)
                                FROM pg_prepared_xacts
                                """)) {
            while (rows.next()) {
                writers.add(rows.getString(1));
            }
        }
        return writers;
    }

    /**
     * Waits until nobody reads from it; who still does after that is a session whose client is gone
     * or was replaced, and is ended.
     */
    void release(Connection connection, Duration patience) throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        boolean ended = false;
        while (true) {
            int reader = state(connection).map(SlotState::activePid).orElse(0);
            if (reader == 0) {
                return;
            }
            if (System.nanoTime() > deadline) {
                if (ended) {
                    throw MigrationException.transientFailure(
                            name.value(),
                            "Replication slot "
                                    + name
                                    + " is still read by pid "
                                    + reader
                                    + ", which was told to end",
                            null);
                }
                end(connection, reader);
                ended = true;
                deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    private static void end(Connection connection, int reader) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT pg_terminate_backend(?)")) {
            statement.setInt(1, reader);
            statement.execute();
        }
    }

    /**
     * Drops it from under whoever reads it.
     *
     * @return whether there was one
     */
    boolean drop(Connection connection, Duration patience) throws SQLException {
        if (state(connection).isEmpty()) {
            return false;
        }
        release(connection, patience);
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                                + " WHERE slot_name = ?")) {
            statement.setString(1, name.value());
            statement.execute();
        }
        return true;
    }
}
