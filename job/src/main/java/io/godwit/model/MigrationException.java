package io.godwit.model;

import java.util.Objects;

/**
 * An error that Godwit understands. The message says what happened, with which values, and what to
 * do; the key names the row, item or setting it is about, so that it can be recorded and found.
 */
public final class MigrationException extends RuntimeException {

    private final Severity severity;
    private final Recoverability recoverability;
    private final String key;

    private MigrationException(
            Severity severity,
            Recoverability recoverability,
            String key,
            String message,
            Throwable cause) {
        super(message, cause);
        this.severity = Objects.requireNonNull(severity);
        this.recoverability = Objects.requireNonNull(recoverability);
        this.key = Objects.requireNonNull(key);
    }

    /** The data or the setting is wrong: the job stops and is not restarted by itself. */
    public static MigrationException fatal(String key, String message) {
        return new MigrationException(Severity.CRITICAL, Recoverability.FATAL, key, message, null);
    }

    /** A store did not answer as it should within its retries; worth another attempt later. */
    public static MigrationException transientFailure(String key, String message, Throwable cause) {
        return new MigrationException(
                Severity.ERROR, Recoverability.TRANSIENT, key, message, cause);
    }

    /** Refused by the state of things; an operator mends it and tries again. */
    public static MigrationException refused(String key, String message) {
        return new MigrationException(
                Severity.ERROR, Recoverability.RECOVERABLE, key, message, null);
    }

    public Severity severity() {
        return severity;
    }

    public Recoverability recoverability() {
        return recoverability;
    }

    public String key() {
        return key;
    }

    /** The first of ours in a chain of causes, or null. */
    public static MigrationException in(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof MigrationException known) {
                return known;
            }
        }
        return null;
    }
}
