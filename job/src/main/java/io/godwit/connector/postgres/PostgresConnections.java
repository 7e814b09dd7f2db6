package io.godwit.connector.postgres;

import io.godwit.spec.Secret;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Opens sessions as Godwit wants them: UTC, time-outs set, named after the migration. */
public final class PostgresConnections {

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
        // Loads the driver by its own class loader's name: a Flink cluster gives each job its own.
        new org.postgresql.Driver();
        Connection connection = DriverManager.getConnection(url, properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
            statement.execute("SET lock_timeout = '30s'");
            statement.execute("SET idle_in_transaction_session_timeout = '10min'");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }
}
