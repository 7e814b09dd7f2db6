package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalLong;

/**
 * How far a flow from one store into another has come, kept in the database of the store that
 * receives, where it is committed together with the rows. Needs {@link ControlTables#create} there.
 *
 * @param fromStore store id of where the events come from
 */
public record AppliedThrough(String migration, String fromStore) implements Serializable {

    private static final String NO_SUCH_TABLE = "42P01";

    /** Refuses a receiving store that has nowhere to keep it, before any row is written there. */
    public void requireTable(Connection connection) throws SQLException {
        try {
            read(connection);
        } catch (SQLException e) {
            if (NO_SUCH_TABLE.equals(e.getSQLState())) {
                throw MigrationException.refused(
                        "godwit.applied_through",
                        "The database that receives the events of store "
                                + fromStore
                                + " has no table godwit.applied_through, so nobody could tell how"
                                + " far migration "
                                + migration
                                + " has come; 'godwit migrate' creates schema godwit there, run it"
                                + " again");
            }
            throw e;
        }
    }

    /**
     * Every event at or below it is in the receiving store; empty before the first.
     *
     * @param connection to the receiving store
     */
    public OptionalLong read(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT position FROM godwit.applied_through"
                                + " WHERE migration = ? AND from_store = ?")) {
            statement.setString(1, migration);
            statement.setString(2, fromStore);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
        }
    }

    /** Never goes back: of two who write, the one that is further stays. */
    public void raise(Connection connection, long position) throws SQLException {
        raise(connection, Map.of(this, position));
    }

    /** Several at once, which are to be different ones. */
    public static void raise(Connection connection, Map<AppliedThrough, Long> positions)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        INSERT INTO godwit.applied_through AS a (migration, from_store, position)
                        VALUES (?, ?, ?)
                        ON CONFLICT (migration, from_store) DO UPDATE
                        SET position = EXCLUDED.position, updated_at = clock_timestamp()
                        WHERE a.position < EXCLUDED.position
                        """)) {
            for (Map.Entry<AppliedThrough, Long> raised : positions.entrySet()) {
                statement.setString(1, raised.getKey().migration());
                statement.setString(2, raised.getKey().fromStore());
                statement.setLong(3, raised.getValue());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
