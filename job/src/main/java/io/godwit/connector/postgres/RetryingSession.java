package io.godwit.connector.postgres;

import dev.failsafe.CircuitBreaker;
import dev.failsafe.CircuitBreakerOpenException;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * A session with a server that is away now and then: opened when it is first needed, given up when
 * the server does not answer, and opened anew for the next attempt. What is called must therefore
 * be repeatable from its beginning, a commit whose answer was lost included.
 *
 * <p>Each attempt goes through the server's circuit breaker ({@link ServerBreakers}). The
 * connection is not in autocommit. Used by one thread.
 */
public final class RetryingSession implements AutoCloseable {

    private static final RetryPolicy<Object> WHILE_AWAY =
            whileAway(Duration.ofMillis(100), Duration.ofSeconds(5));

    private final String server;
    private final RetryPolicy<Object> retries;
    private final CircuitBreaker<Object> breaker;
    private final Opening opening;
    private final Preparation preparation;
    private Connection connection;

    /** Connects. */
    public interface Opening {
        Connection open() throws SQLException;
    }

    /** What every new session begins with; the session is given up when this throws. */
    public interface Preparation {
        void of(Connection connection) throws SQLException;
    }

    /** Work on the session. */
    public interface Call<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * @param server names it in messages, and the breaker; without secrets
     */
    public RetryingSession(String server, Opening opening, Preparation preparation) {
        this(server, WHILE_AWAY, ServerBreakers.of(server), opening, preparation);
    }

    RetryingSession(
            String server,
            RetryPolicy<Object> retries,
            CircuitBreaker<Object> breaker,
            Opening opening,
            Preparation preparation) {
        this.server = server;
        this.retries = retries;
        this.breaker = breaker;
        this.opening = opening;
        this.preparation = preparation;
    }

    /**
     * Calls until the server answers, or has been away for too long.
     *
     * @param what names the work in errors, as "Writing to the target"
     * @throws MigrationException with the server's error; TRANSIENT when it may pass
     */
    public <T> T call(String what, Call<T> call) {
        try {
            return Failsafe.with(retries, breaker).get(() -> callOnce(call));
        } catch (CircuitBreakerOpenException e) {
            throw MigrationException.transientFailure(
                    server,
                    what
                            + ": "
                            + server
                            + " is not called for a moment, because it has not answered the last "
                            + breaker.getFailureCount()
                            + " calls; look whether it runs, and can be reached from here",
                    e);
        } catch (FailsafeException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw PostgresErrors.of(what, sql);
            }
            Thread.currentThread().interrupt();
            throw MigrationException.transientFailure(
                    what, what + " was interrupted while the server was away", e.getCause());
        }
    }

    static RetryPolicy<Object> whileAway(Duration first, Duration longest) {
        return RetryPolicy.builder()
                .handleIf(RetryingSession::mayPass)
                .withBackoff(first, longest)
                .withMaxAttempts(8)
                .build();
    }

    private static boolean mayPass(Throwable e) {
        return e instanceof CircuitBreakerOpenException
                || e instanceof SQLException sql && PostgresErrors.isTransient(sql);
    }

    private <T> T callOnce(Call<T> call) throws SQLException {
        try {
            connect();
            return call.on(connection);
        } catch (SQLException e) {
            if (PostgresErrors.isTransient(e)) {
                close();
            }
            throw e;
        }
    }

    private void connect() throws SQLException {
        if (connection != null) {
            return;
        }
        connection = opening.open();
        try {
            preparation.of(connection);
            connection.setAutoCommit(false);
        } catch (SQLException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** One transaction: all of the work is committed, or none of it when it throws. */
    public static <T> T transaction(Connection connection, Call<T> work) throws SQLException {
        try {
            T result = work.on(connection);
            connection.commit();
            return result;
        } catch (SQLException | RuntimeException e) {
            try {
                connection.rollback();
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** A later call opens it again. */
    @Override
    public void close() {
        if (connection == null) {
            return;
        }
        try {
            connection.close();
        } catch (SQLException e) {
            // The session is given up; closing it can only say so again.
        } finally {
            connection = null;
        }
    }
}
