package io.godwit.ledger;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import org.flywaydb.core.Flyway;

/**
 * The database that holds the ledger.
 *
 * @param url JDBC URL
 * @param user null when the URL names it
 * @param password null when the server needs none; never printed
 */
public record LedgerDatabase(String url, String user, String password) implements Serializable {

    public LedgerDatabase {
        Objects.requireNonNull(url, "url");
    }

    /** A session whose search path is the ledger's schema. */
    public Connection connect() throws SQLException {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", "godwit/ledger");
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("tcpKeepAlive", "true");
        // Loads the driver by its own class loader's name: a Flink cluster gives each job its own.
        new org.postgresql.Driver();
        Connection connection = DriverManager.getConnection(url, properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = godwit");
            statement.execute("SET TimeZone = 'UTC'");
            statement.execute("SET lock_timeout = '30s'");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return connection;
    }

    /** Creates the ledger or brings it to this version. */
    public void migrate() {
        Flyway.configure(LedgerDatabase.class.getClassLoader())
                .dataSource(url, user, password)
                .schemas("godwit")
                .defaultSchema("godwit")
                .createSchemas(true)
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .locations("classpath:sql/ledger")
                .load()
                .migrate();
    }

    /** Whether there is a ledger here; creates nothing. */
    public boolean exists() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT to_regclass('godwit.migrations') IS NOT NULL")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Override
    public String toString() {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }
}
