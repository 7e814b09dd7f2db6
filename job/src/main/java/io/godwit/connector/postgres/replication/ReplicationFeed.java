package io.godwit.connector.postgres.replication;

import io.godwit.connector.postgres.PostgresErrors;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The slot and the publication by which one migration hears of the rows that are inserted into one
 * table. Both have one name, so that one left behind is found by anybody who knows the migration.
 * Every call can be repeated, also after a crash in the middle of it.
 *
 * <p>The slot keeps the server's write-ahead log while nobody reads it: it is there from {@link
 * #ensure} to {@link #drop}. Used by one thread, that of its connection, which is in autocommit.
 */
public final class ReplicationFeed {

    /** A reader that was replaced notices it within that time. */
    private static final Duration HANDOVER = Duration.ofSeconds(2);

    private final Connection connection;
    private final FeedName name;
    private final Publication publication;
    private final ReplicationSlot slot;

    /**
     * @param quotedTable as it may stand in a statement
     */
    public ReplicationFeed(Connection connection, String migration, String quotedTable)
            throws SQLException {
        if (!connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "A slot is created outside of a transaction; autocommit must be on");
        }
        this.connection = connection;
        this.name = FeedName.of(migration, database(connection));
        this.publication = new Publication(name, quotedTable);
        this.slot = new ReplicationSlot(name);
    }

    private static String database(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_database()")) {
            row.next();
            return row.getString(1);
        }
    }

    /** Of the slot and of the publication. */
    public String name() {
        return name.value();
    }

    /**
     * Both are there when it returns: what is right is left as it is. The slot is newer than the
     * publication, which has to be there wherever the slot is read.
     *
     * @param patience longest wait for transactions that write, where the slot has to be created
     * @throws MigrationException RECOVERABLE with those it waited for in vain
     */
    public void ensure(Duration patience) throws SQLException {
        boolean usable = state().filter(SlotState::usable).isPresent();
        if (usable && publication.covers(connection)) {
            return;
        }
        drop();
        publication.create(connection);
        slot.create(connection, patience);
    }

    /** Empty when there is no slot. */
    public Optional<SlotState> state() throws SQLException {
        return slot.state(connection);
    }

    /**
     * Nothing of it is left when it returns, even if somebody was reading.
     *
     * @return whether there was anything
     */
    public boolean drop() throws SQLException {
        boolean there = slot.drop(connection, HANDOVER);
        return publication.drop(connection) || there;
    }

    /**
     * Reads from where the last reader has confirmed; a reader that is still there is given time to
     * notice that it was replaced, and is ended then.
     *
     * @param address of the connection's database
     */
    public LogicalStream open(ServerAddress address) throws SQLException {
        slot.release(connection, HANDOVER);
        return LogicalStream.open(address, name);
    }

    /** Slots of this database with a name of ours: of this migration and of any other. */
    public static List<SlotState> leftBehind(Connection connection) {
        try {
            return ReplicationSlot.ours(connection);
        } catch (SQLException e) {
            throw PostgresErrors.of("Looking for replication slots", e);
        }
    }
}
