package io.godwit.cli;

import io.godwit.model.MigrationException;
import io.godwit.spec.SpecException;
import java.sql.SQLException;
import org.apache.flink.util.SerializedThrowable;

/**
 * Turns whatever ended a command into an exit code and a message for people.
 *
 * @param detail the stack trace is worth showing: it is not one of ours
 */
record Failure(int exitCode, String message, boolean detail) {

    static Failure of(Throwable thrown) {
        MigrationException ours = known(thrown);
        if (ours != null) {
            return new Failure(exitCodeOf(ours), ours.getMessage(), false);
        }
        if (thrown instanceof CommandException command) {
            return new Failure(command.exitCode(), command.getMessage(), false);
        }
        if (thrown instanceof SpecException) {
            return new Failure(ExitCode.USAGE, thrown.getMessage(), false);
        }
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof SQLException sql) {
                return ofSql(sql);
            }
        }
        return new Failure(ExitCode.INTERNAL, thrown.toString(), true);
    }

    private static int exitCodeOf(MigrationException error) {
        return switch (error.recoverability()) {
            case RECOVERABLE -> ExitCode.REFUSED;
            case TRANSIENT -> ExitCode.UNREACHABLE;
            case FATAL -> ExitCode.FAILED;
        };
    }

    private static Failure ofSql(SQLException sql) {
        String state = String.valueOf(sql.getSQLState());
        boolean away = state.startsWith("08") || state.startsWith("28") || state.startsWith("57P");
        boolean noDatabase = state.equals("3D000");
        return new Failure(
                away || noDatabase ? ExitCode.UNREACHABLE : ExitCode.INTERNAL,
                "PostgreSQL: " + sql.getMessage() + " (SQLSTATE " + state + ")",
                !away && !noDatabase);
    }

    /** The first of ours among the causes, also where Flink carried it from another process. */
    static MigrationException known(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof SerializedThrowable carried) {
                Throwable real = carried.deserializeError(Failure.class.getClassLoader());
                if (real != carried) {
                    MigrationException inside = known(real);
                    if (inside != null) {
                        return inside;
                    }
                }
            }
            if (t instanceof MigrationException ours) {
                return ours;
            }
        }
        return null;
    }
}
