package io.godwit.router;

import java.sql.SQLException;

/** An event store refused or could not do what was asked; the message says what to do. */
public class EventStoreException extends RuntimeException {

    EventStoreException(String message) {
        super(message);
    }

    EventStoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The SQLSTATE of the database's error, or null if it was none. */
    public final String sqlState() {
        return getCause() instanceof SQLException e ? e.getSQLState() : null;
    }
}
