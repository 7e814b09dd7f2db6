package io.godwit.connector.postgres;

import io.godwit.spec.Secret;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * Opens sessions as Godwit wants them: UTC, time-outs set, named after the migration. A
 * statement_timeout of the database or the role is meant for an application's statements and would
 * end the copy of a large range.
 */
public final class PostgresConnections {

    private static final Driver DRIVER = driver();

    private PostgresConnections() {}

    /**
     * @param application after "godwit/", as pg_stat_activity shows it
     */
    public static Connection open(String url, String user, Secret password, String application)
            throws SQLException {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password.reveal());
        }
        properties.setProperty("ApplicationName", "godwit/" + application);
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        Connection connection = DRIVER.connect(url, properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "SET statement_timeout = 0; SET TimeZone = 'UTC'; SET lock_timeout = '30s';"
                            + " SET idle_in_transaction_session_timeout = '10min'");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /**
     * The driver; in a job's own class loader one that {@link java.sql.DriverManager} does not
     * hold. There it would keep the class loader of a job that has ended, and a cluster that runs
     * many jobs would run out of metaspace. A driver of the whole process stays as others expect
     * it.
     */
    private static Driver driver() {
        Driver driver = new Driver();
        try {
            boolean ofJob = Driver.class.getClassLoader() != ClassLoader.getSystemClassLoader();
            if (ofJob && Driver.isRegistered()) {
                Driver.deregister();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The PostgreSQL driver cannot be deregistered", e);
        }
        return driver;
    }
}
