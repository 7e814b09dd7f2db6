package io.godwit.connector.postgres.replication;

import io.godwit.connector.postgres.replication.PgOutputMessage.Begin;
import io.godwit.connector.postgres.replication.PgOutputMessage.Commit;
import io.godwit.connector.postgres.replication.PgOutputMessage.Insert;
import io.godwit.connector.postgres.replication.PgOutputMessage.Relation;
import io.godwit.model.MigrationException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * A slot as a stream of committed transactions, in the order of their commits; each comes as a
 * whole, after it was committed. What was confirmed is not sent again; what was not, may be.
 *
 * <p>The server hears from it whenever it is polled, once a second; it gives up a reader that does
 * not poll for ten minutes. Used by one thread.
 */
public final class LogicalStream implements AutoCloseable {

    private final Connection connection;
    private final PGReplicationStream stream;
    private final Map<Integer, Relation> relations = new HashMap<>();
    private Begin open;
    private long received;

    private LogicalStream(Connection connection, PGReplicationStream stream) {
        this.connection = connection;
        this.stream = stream;
    }

    static LogicalStream open(ServerAddress address, FeedName name) throws SQLException {
        Connection connection = connect(address);
        try (Statement session = connection.createStatement()) {
            session.execute("SET wal_sender_timeout = '10min'");
            session.execute("SET statement_timeout = 0");
            PGReplicationStream stream =
                    connection
                            .unwrap(PGConnection.class)
                            .getReplicationAPI()
                            .replicationStream()
                            .logical()
                            .withSlotName(name.value())
                            .withSlotOption("proto_version", 1)
                            .withSlotOption("publication_names", name.value())
                            .withSlotOption("binary", true)
                            .withStatusInterval(1, TimeUnit.SECONDS)
                            .start();
            return new LogicalStream(connection, stream);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static Connection connect(ServerAddress address) throws SQLException {
        Properties properties = new Properties();
        if (address.user() != null) {
            properties.setProperty("user", address.user());
        }
        if (address.password() != null) {
            properties.setProperty("password", address.password().reveal());
        }
        properties.setProperty("ApplicationName", "godwit/" + address.application());
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("replication", "database");
        properties.setProperty("assumeMinServerVersion", "14");
        properties.setProperty("preferQueryMode", "simple");
        return new Driver().connect(address.url(), properties);
    }

    /** The next message, or null when none has arrived yet; does not wait. */
    public PgOutputMessage poll() throws SQLException {
        ByteBuffer bytes = stream.readPending();
        if (bytes == null) {
            heardNothing();
            return null;
        }
        PgOutputMessage message = PgOutputDecoder.decode(bytes);
        if (message instanceof Relation relation) {
            relations.put(relation.id(), relation);
        } else if (message instanceof Begin begin) {
            require(open == null, message);
            open = begin;
        } else if (message instanceof Commit commit) {
            require(open != null && open.commitLsn() == commit.commitLsn(), message);
            open = null;
            received = Math.max(received, commit.endLsn());
        } else if (message instanceof Insert insert) {
            require(open != null && relations.containsKey(insert.relation()), message);
        }
        return message;
    }

    /**
     * The server tells how far it has looked when it has nothing to send. In the middle of a
     * transaction that says nothing.
     */
    private void heardNothing() {
        if (open == null) {
            received = Math.max(received, stream.getLastReceiveLSN().asLong());
        }
    }

    private void require(boolean expected, PgOutputMessage message) {
        if (!expected) {
            throw MigrationException.fatal(
                    "pgoutput",
                    "pgoutput sent "
                            + message
                            + " out of turn: "
                            + (open == null ? "no transaction is open" : open + " is open")
                            + ", relations "
                            + relations.keySet()
                            + " are known");
        }
    }

    /** The table of an {@link Insert} that {@link #poll} has returned. */
    public Relation relation(Insert insert) {
        return relations.get(insert.relation());
    }

    /** Every transaction whose commit record ends at or before it was returned by {@link #poll}. */
    public long receivedThrough() {
        return received;
    }

    /**
     * The server may forget what was committed before; it is told within a second, while the stream
     * is polled.
     *
     * @param lsn at most {@link #receivedThrough()}
     */
    public void confirm(long lsn) {
        if (lsn > received) {
            throw new IllegalArgumentException(
                    "Confirming " + lsn + ", but received through " + received);
        }
        LogSequenceNumber confirmed = LogSequenceNumber.valueOf(lsn);
        stream.setFlushedLSN(confirmed);
        stream.setAppliedLSN(confirmed);
    }

    /** Tells the server that somebody is there, who does not poll for now. */
    public void stayAlive() throws SQLException {
        stream.forceUpdateStatus();
    }

    /** Lets go of the slot at once: ending the stream in form would read all that is on its way. */
    @Override
    public void close() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // The session is given up; closing it can only say so again.
        }
    }
}
