package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.eventstore.StoreSchema.Column;
import io.godwit.connector.postgres.eventstore.StoreSchema.Companions;
import io.godwit.connector.postgres.eventstore.StoreSchema.Index;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reads a {@link StoreSchema} from the system catalogue. */
final class StoreCatalogue {

    private final Connection connection;
    private final EventStoreMapping mapping;

    StoreCatalogue(Connection connection, EventStoreMapping mapping) {
        this.connection = connection;
        this.mapping = mapping;
    }

    StoreSchema read() throws SQLException {
        List<Column> columns = columns();
        return new StoreSchema(
                mapping,
                columns,
                partitioned(),
                columns.isEmpty() ? null : sequence(),
                indexes(),
                companions());
    }

    private List<Column> columns() throws SQLException {
        String sql =
                """
                SELECT a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
                       a.attgenerated <> '', a.attidentity, pg_get_expr(d.adbin, d.adrelid)
                FROM pg_attribute a
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
                ORDER BY a.attnum
                """;
        return list(
                sql,
                row ->
                        new Column(
                                row.getString(1),
                                row.getString(2),
                                row.getBoolean(3),
                                row.getBoolean(4),
                                row.getString(5).strip(),
                                row.getBoolean(4) ? null : row.getString(6)));
    }

    private boolean partitioned() throws SQLException {
        return !list(
                        "SELECT 1 FROM pg_class WHERE oid = to_regclass(?) AND relkind = 'p'",
                        row -> true)
                .isEmpty();
    }

    /** Owned by the column (serial, identity), or only named in its default. */
    private String sequence() throws SQLException {
        String sql =
                """
                SELECT format('%I.%I', n.nspname, s.relname)
                FROM pg_class s
                JOIN pg_namespace n ON n.oid = s.relnamespace
                JOIN pg_attribute a ON a.attrelid = to_regclass(?) AND a.attname = ?
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                JOIN pg_depend p
                  ON (p.classid = 'pg_class'::regclass AND p.objid = s.oid
                      AND p.refclassid = 'pg_class'::regclass AND p.refobjid = a.attrelid
                      AND p.refobjsubid = a.attnum AND p.deptype = 'i')
                  OR (p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
                      AND p.refclassid = 'pg_class'::regclass AND p.refobjid = s.oid)
                WHERE s.relkind = 'S'
                ORDER BY 1 LIMIT 1
                """;
        List<String> found = list(sql, row -> row.getString(1), mapping.position());
        return found.isEmpty() ? null : found.get(0);
    }

    private List<Index> indexes() throws SQLException {
        String sql =
                """
                SELECT c.relname, i.indisunique, i.indisprimary,
                       pg_get_expr(i.indpred, i.indrelid),
                       (SELECT array_agg(COALESCE(a.attname::text,
                                                  pg_get_indexdef(i.indexrelid, k.n::int, true))
                                         ORDER BY k.n)
                        FROM unnest(i.indkey) WITH ORDINALITY k (attnum, n)
                        LEFT JOIN pg_attribute a
                          ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum <> 0
                        WHERE k.n <= i.indnkeyatts)
                FROM pg_index i
                JOIN pg_class c ON c.oid = i.indexrelid
                JOIN pg_am m ON m.oid = c.relam
                WHERE i.indrelid = to_regclass(?) AND i.indisvalid AND m.amname = 'btree'
                ORDER BY c.relname
                """;
        return list(
                sql,
                row ->
                        new Index(
                                row.getString(1),
                                List.of((String[]) row.getArray(5).getArray()),
                                row.getBoolean(2),
                                row.getBoolean(3),
                                row.getString(4)));
    }

    private Companions companions() throws SQLException {
        if (!mapping.isEventsourcePy()) {
            return new Companions(false, false, false, false, false, false);
        }
        return new Companions(
                has("snapshots"),
                has("event_outbox"),
                has("projection_checkpoints"),
                holds(
                        "SELECT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(?)"
                                + " AND attname = 'position_token' AND NOT attisdropped)",
                        mapping.besideTable("projection_checkpoints")),
                has("dead_letter_queue"),
                holds(
                        "SELECT to_regprocedure(?) IS NOT NULL",
                        mapping.besideTable("eventsource_feed_horizon") + "()"));
    }

    private boolean has(String table) throws SQLException {
        return holds("SELECT to_regclass(?) IS NOT NULL", mapping.besideTable(table));
    }

    private boolean holds(String sql, String name) throws SQLException {
        return CatalogueQuery.holds(connection, sql, name);
    }

    /** The first parameter is the event table. */
    private <T> List<T> list(String sql, CatalogueQuery.Read<T> read, String... more)
            throws SQLException {
        String[] parameters = new String[more.length + 1];
        parameters[0] = mapping.quotedTable();
        System.arraycopy(more, 0, parameters, 1, more.length);
        return CatalogueQuery.list(connection, sql, read, parameters);
    }
}
