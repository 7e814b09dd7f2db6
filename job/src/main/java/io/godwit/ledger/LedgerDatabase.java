package io.godwit.ledger;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;
import java.util.Properties;
import org.flywaydb.core.Flyway;
import org.postgresql.Driver;

/**
 * The database that holds the ledger.
 *
 * @param url JDBC URL
 * @param user null when the URL names it
 * @param password null when the server needs none; never printed
 */
public record LedgerDatabase(String url, String user, String password) implements Serializable {

    private static final Driver DRIVER = driver();

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
        Connection connection = DRIVER.connect(url, properties);
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

    /**
     * The driver; in a job's own class loader one that {@link java.sql.DriverManager} does not
     * hold. There it would keep the class loader of a job that has ended, and a cluster that runs
     * many jobs would run out of metaspace. A driver of the whole process stays as others expect
     * it.
     */
    public static Driver driver() {
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
