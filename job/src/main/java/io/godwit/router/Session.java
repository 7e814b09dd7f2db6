package io.godwit.router;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/**
 * A borrowed connection in the wanted autocommit mode, given back as it came. Giving back never
 * fails: what was answered by then stays answered.
 */
final class Session implements AutoCloseable {

    private final Connection connection;
    private final boolean before;

    private Session(Connection connection, boolean before) {
        this.connection = connection;
        this.before = before;
    }

    static Session reading(DataSource dataSource) throws SQLException {
        return open(dataSource, true);
    }

    static Session transaction(DataSource dataSource) throws SQLException {
        return open(dataSource, false);
    }

    private static Session open(DataSource dataSource, boolean autoCommit) throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            boolean before = connection.getAutoCommit();
            if (before != autoCommit) {
                connection.setAutoCommit(autoCommit);
            }
            return new Session(connection, before);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    Connection connection() {
        return connection;
    }

    /** Ends the transaction without its work. A connection that cannot has lost it anyway. */
    void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The server rolls back when it notices that the connection is gone.
        }
    }

    @Override
    public void close() {
        try (connection) {
            if (!connection.isClosed() && connection.getAutoCommit() != before) {
                if (before) {
                    connection.rollback();
                }
                connection.setAutoCommit(before);
            }
        } catch (SQLException e) {
            // A broken connection: its pool or its garbage collection deals with it.
        }
    }
}
