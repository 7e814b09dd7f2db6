package io.godwit.connector.postgres.replication;

import io.godwit.model.Finding;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a {@link ReplicationFeed} can be had of a table: server, settings, rights, free slots.
 * Reads only.
 */
public final class ReplicationCheck {

    /** The option binary of pgoutput. */
    private static final int LEAST_VERSION = 14;

    private static final String INSTEAD = ", or set tail: poll";

    private final Connection connection;
    private final String quotedTable;
    private final String side;
    private final FeedName name;
    private final List<Finding> findings = new ArrayList<>();

    private ReplicationCheck(
            Connection connection, String migration, String quotedTable, String side)
            throws SQLException {
        this.connection = connection;
        this.quotedTable = quotedTable;
        this.side = side;
        this.name = FeedName.of(migration, text("SELECT current_database()"));
    }

    /**
     * @param side the store's key in the spec, as "source"
     * @return problems, and what its slot keeps if there is one already
     */
    public static List<Finding> findings(
            Connection connection, String migration, String quotedTable, String side)
            throws SQLException {
        ReplicationCheck check = new ReplicationCheck(connection, migration, quotedTable, side);
        int version = connection.getMetaData().getDatabaseMajorVersion();
        if (version < LEAST_VERSION) {
            return List.of(
                    Finding.problem(
                            "the " + side + " is PostgreSQL " + version,
                            "tail: logical needs " + LEAST_VERSION + " or later" + INSTEAD));
        }
        check.server();
        check.role();
        check.table();
        check.places();
        return List.copyOf(check.findings);
    }

    private void server() throws SQLException {
        String level = text("SHOW wal_level");
        if (!level.equals("logical")) {
            problem(
                    "tail: logical reads the write-ahead log, and the "
                            + side
                            + "'s wal_level is "
                            + level,
                    "ALTER SYSTEM SET wal_level = logical and restart the server");
        }
    }

    /** Amazon RDS has a role where others have an attribute. */
    private void role() throws SQLException {
        if (!holds(
                """
                SELECT rolreplication OR rolsuper OR EXISTS (
                    SELECT FROM pg_roles r WHERE r.rolname = 'rds_replication'
                        AND pg_has_role(current_user, r.oid, 'USAGE'))
                FROM pg_roles WHERE rolname = current_user
                """)) {
            problem(
                    "tail: logical needs a role that may replicate, and "
                            + text("SELECT current_user")
                            + " may not",
                    "ALTER ROLE " + text("SELECT quote_ident(current_user)") + " REPLICATION");
        }
    }

    private void table() throws SQLException {
        Publication publication = new Publication(name, quotedTable);
        if (publication.covers(connection)) {
            return;
        }
        String owner =
                text(
                        """
                        SELECT coalesce((
                            SELECT pg_get_userbyid(relowner) FROM pg_class
                            WHERE oid = to_regclass(?)
                                AND NOT pg_has_role(current_user, relowner, 'USAGE')), '')
                        """,
                        quotedTable);
        boolean create = holds("SELECT has_database_privilege(current_database(), 'CREATE')");
        if (!owner.isEmpty() || !create) {
            problem(
                    "the role may not publish "
                            + quotedTable
                            + " of the "
                            + side
                            + ": that needs its owner"
                            + (owner.isEmpty() ? "" : ", " + owner + ",")
                            + " and CREATE on the database",
                    "let an administrator run: " + publication.definition());
        }
        String unlogged =
                text(
                        """
                        SELECT coalesce((
                            SELECT string_agg(CAST(CAST(oid AS regclass) AS text), ', ')
                            FROM pg_class
                            WHERE (oid = to_regclass(?)
                                   OR oid IN (SELECT relid FROM pg_partition_tree(to_regclass(?))))
                                AND (relpersistence <> 'p' OR relkind = 'f')), '')
                        """,
                        quotedTable,
                        quotedTable);
        if (!unlogged.isEmpty()) {
            problem(
                    "inserts into "
                            + unlogged
                            + " of the "
                            + side
                            + " are not in its write-ahead log: unlogged or foreign",
                    "ALTER TABLE ... SET LOGGED");
        }
    }

    private void places() throws SQLException {
        List<SlotState> mine = new ArrayList<>();
        new ReplicationSlot(name).state(connection).ifPresent(mine::add);
        mine.forEach(slot -> findings.add(slot.finding()));
        boolean slot =
                holds(
                        "SELECT count(*) < CAST(current_setting('max_replication_slots') AS int)"
                                + " FROM pg_replication_slots");
        if (mine.isEmpty() && !slot) {
            problem(
                    "every replication slot of the " + side + "'s server is taken",
                    "drop one that nobody uses (pg_replication_slots), or raise"
                            + " max_replication_slots");
        }
        boolean reading = mine.stream().anyMatch(SlotState::active);
        boolean sender =
                holds(
                        "SELECT count(*) < CAST(current_setting('max_wal_senders') AS int)"
                                + " FROM pg_stat_get_wal_senders()");
        if (!reading && !sender) {
            problem(
                    "every wal sender of the " + side + "'s server is taken",
                    "raise max_wal_senders");
        }
    }

    private void problem(String what, String remedy) {
        findings.add(Finding.problem(what, remedy + INSTEAD));
    }

    private boolean holds(String sql, String... parameters) throws SQLException {
        return text(sql, parameters).equals("t");
    }

    private String text(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }
}
