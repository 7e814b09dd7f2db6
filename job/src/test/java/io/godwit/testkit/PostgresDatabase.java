package io.godwit.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** One database of a {@link PostgresServer}, by what a JDBC user needs to know of it. */
public record PostgresDatabase(String url, String user, String password, String name) {

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url, user, password);
    }
}
