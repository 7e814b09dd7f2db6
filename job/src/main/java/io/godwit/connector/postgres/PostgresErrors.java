package io.godwit.connector.postgres;

import io.godwit.model.MigrationException;
import java.sql.SQLException;

/** Classes of PostgreSQL errors, by SQLSTATE and never by message. */
public final class PostgresErrors {

    private PostgresErrors() {}

    /** A row is there already, or another transaction was in the way: look again and repeat. */
    public static boolean isConflict(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.equals("23505") || state.equals("40001") || state.equals("40P01");
    }

    /** The server is away, restarting, full or out of connections: it may pass. */
    public static boolean isTransient(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.equals("25P03")
                || state.equals("55P03")
                || state.equals("57014");
    }

    /**
     * @param what what was being done, for the message
     */
    public static MigrationException of(String what, SQLException e) {
        String text = what + " failed: " + e.getMessage() + " (SQLSTATE " + e.getSQLState() + ")";
        if (isTransient(e) || isConflict(e)) {
            return MigrationException.transientFailure(what, text, e);
        }
        return MigrationException.fatal(
                what,
                "42501".equals(e.getSQLState())
                        ? text + ". 'godwit plan SPEC' lists the privileges that are needed"
                        : text);
    }
}
