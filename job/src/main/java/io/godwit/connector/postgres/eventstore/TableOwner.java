package io.godwit.connector.postgres.eventstore;

import io.godwit.model.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Whether Godwit's role may put a write fence on an event table. The right to create a trigger is
 * not enough: that it fires always, and that the table can be locked while positions are reserved,
 * is for the table's owner.
 */
public final class TableOwner {

    private TableOwner() {}

    /**
     * @param side "source" or "target"
     */
    public static List<Finding> check(Connection connection, EventStoreMapping mapping, String side)
            throws SQLException {
        String sql =
                """
                SELECT CAST(CAST(c.oid AS regclass) AS text), pg_get_userbyid(c.relowner)
                FROM pg_class c
                WHERE (c.oid = to_regclass(?)
                       OR c.oid IN (SELECT relid FROM pg_partition_tree(to_regclass(?))))
                    AND NOT pg_has_role(current_user, c.relowner, 'USAGE')
                ORDER BY c.oid
                """;
        String table = mapping.quotedTable();
        return CatalogueQuery.list(
                        connection,
                        sql,
                        row ->
                                Finding.problem(
                                        "the write fence needs the owner of "
                                                + row.getString(1)
                                                + " of the "
                                                + side
                                                + ", which is "
                                                + row.getString(2),
                                        "GRANT " + row.getString(2) + " TO " + side + ".user"),
                        table,
                        table)
                .stream()
                .limit(1)
                .toList();
    }
}
