package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.eventstore.StoreSchemaCheck.Side;
import io.godwit.model.Finding;
import io.godwit.spec.TenantOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The server of one store: version, settings, and transactions that a cutover would wait for. */
final class StoreServerCheck {

    /**
     * A cutover waits for whoever is in the middle of something: longer than this is worth a word.
     */
    private static final int OLD_TRANSACTION_SECONDS = 60;

    /** pg_current_xact_id and xid8 came with 13. */
    private static final int LEAST_VERSION = 13;

    private StoreServerCheck() {}

    static List<Finding> check(Connection connection, Side side, TenantOptions options)
            throws SQLException {
        List<Finding> findings = new ArrayList<>();
        version(connection, side, findings);
        if (side == Side.SOURCE) {
            findings.addAll(oldTransactions(connection, OLD_TRANSACTION_SECONDS));
            hidden(connection, findings);
        }
        return findings;
    }

    private static void version(Connection connection, Side side, List<Finding> findings)
            throws SQLException {
        int version = connection.getMetaData().getDatabaseMajorVersion();
        if (version < LEAST_VERSION) {
            findings.add(
                    Finding.problem(
                            "the " + side + " is PostgreSQL " + version,
                            "Godwit needs " + LEAST_VERSION + " or later"));
        }
        if (CatalogueQuery.holds(connection, "SELECT pg_is_in_recovery()")) {
            findings.add(
                    Finding.problem(
                            "the " + side + " is a standby, which nothing can be written to",
                            "name its primary in " + side + ".url"));
        }
    }

    /** One note for each transaction of the database that is at least so old. */
    static List<Finding> oldTransactions(Connection connection, int seconds) throws SQLException {
        String sql =
                """
                SELECT format('pid %s (%s, %s, %s) of %s is open since %s s', pid, usename,
                              COALESCE(NULLIF(application_name, ''), 'unnamed'), state, datname,
                              extract(epoch FROM now() - xact_start)::bigint)
                FROM pg_stat_activity
                WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
                  AND datname = current_database()
                  AND xact_start < now() - make_interval(secs => CAST(? AS int))
                UNION ALL
                SELECT format('the prepared transaction %s of %s is open since %s s', gid, owner,
                              extract(epoch FROM now() - prepared)::bigint)
                FROM pg_prepared_xacts
                WHERE database = current_database()
                  AND prepared < now() - make_interval(secs => CAST(? AS int))
                """;
        List<Finding> findings = new ArrayList<>();
        String least = String.valueOf(seconds);
        for (String transaction :
                CatalogueQuery.list(connection, sql, row -> row.getString(1), least, least)) {
            findings.add(
                    new Finding(
                            Finding.Weight.NOTE,
                            "source: " + transaction,
                            "a cutover waits for such transactions; end it before"));
        }
        return findings;
    }

    /** Without the right to see others' sessions, "none is old" would be a guess. */
    private static void hidden(Connection connection, List<Finding> findings) throws SQLException {
        String sessions =
                CatalogueQuery.text(
                        connection,
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND usename <> current_user
                          AND NOT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
                          AND NOT pg_has_role(current_user, usesysid, 'USAGE')
                        """);
        if (!sessions.equals("0")) {
            findings.add(
                    new Finding(
                            Finding.Weight.NOTE,
                            "source: the transactions of "
                                    + sessions
                                    + " sessions of other roles cannot be seen; an old one would"
                                    + " hold back a cutover",
                            "GRANT pg_read_all_stats TO source.user"));
        }
    }
}
