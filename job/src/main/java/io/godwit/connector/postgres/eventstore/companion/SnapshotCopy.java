package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Moves the snapshots of the streams that have events of these tenants. A snapshot is put in, or
 * replaces one of a lower version; one of the same or a higher version stays. State and time of
 * creation are copied as they are, the id is drawn by the store that receives.
 *
 * <p>Rows flow from one server to the other in one transaction, a few at a time, so memory does not
 * grow with them. A repetition writes nothing. A call has its own sessions.
 */
public final class SnapshotCopy {

    private static final String STAGED = "godwit_snapshots";
    private static final List<String> KEY = List.of("aggregate_id", "aggregate_type");

    private final PostgresEventStoreSpec from;
    private final PostgresEventStoreSpec to;
    private final List<String> tenants;
    private final String migration;

    public SnapshotCopy(
            PostgresEventStoreSpec from,
            PostgresEventStoreSpec to,
            List<String> tenants,
            String migration) {
        this.from = from;
        this.to = to;
        this.tenants = List.copyOf(tenants);
        this.migration = migration;
    }

    /** How many snapshots the tenants have; 0 if one of the stores keeps none. */
    public long count() throws SQLException {
        try (Connection source = from.open(migration);
                Connection target = to.open(migration);
                Statement statement = source.createStatement()) {
            StoreSchema schema = StoreSchema.read(source, from.eventStore());
            if (!bothKeepThem(schema, target)) {
                return 0;
            }
            try (ResultSet row =
                    statement.executeQuery("SELECT count(*) " + ofTenants(source, schema))) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * @return how many were written; 0 if one of the stores keeps no snapshots
     */
    public long copy() throws SQLException {
        try (Connection source = from.open(migration);
                Connection target = to.open(migration)) {
            StoreSchema schema = StoreSchema.read(source, from.eventStore());
            if (!bothKeepThem(schema, target)) {
                return 0;
            }
            target.setAutoCommit(false);
            List<String> columns = columns(source, from);
            List<String> there = columns(target, to);
            if (!there.containsAll(columns)) {
                throw MigrationException.refused(
                        to.storeId(),
                        "Snapshots of store "
                                + from.storeId()
                                + " have columns "
                                + columns
                                + ", those of store "
                                + to.storeId()
                                + " only "
                                + there
                                + "; bring both to one version of eventsource-py, or set"
                                + " snapshots: false");
            }
            long written = copy(source, schema, target, columns);
            target.commit();
            return written;
        }
    }

    private boolean bothKeepThem(StoreSchema schema, Connection target) throws SQLException {
        return schema.companions().snapshots()
                && StoreSchema.read(target, to.eventStore()).companions().snapshots();
    }

    private long copy(
            Connection source, StoreSchema schema, Connection target, List<String> columns)
            throws SQLException {
        String table = to.eventStore().besideTable("snapshots");
        String names = quoted(columns, "");
        try (Statement statement = target.createStatement()) {
            statement.execute(
                    "CREATE TEMP TABLE "
                            + STAGED
                            + " ON COMMIT DROP AS SELECT "
                            + names
                            + " FROM "
                            + table
                            + " LIMIT 0");
            pipe(
                    source,
                    "COPY (SELECT "
                            + quoted(columns, "s.")
                            + " "
                            + ofTenants(source, schema)
                            + ") TO STDOUT",
                    target,
                    "COPY " + STAGED + " (" + names + ") FROM STDIN");
            statement.execute("ANALYZE " + STAGED);
            return statement.executeLargeUpdate(
                    "INSERT INTO "
                            + table
                            + " AS t ("
                            + names
                            + ") SELECT "
                            + names
                            + " FROM "
                            + STAGED
                            // In one order, so that two who write do not block each other for good.
                            + " ORDER BY "
                            + quoted(KEY, "")
                            + " ON CONFLICT ("
                            + quoted(KEY, "")
                            + ") DO UPDATE SET "
                            + columns.stream()
                                    .filter(column -> !KEY.contains(column))
                                    .map(EventStoreMapping::quoted)
                                    .map(column -> column + " = EXCLUDED." + column)
                                    .collect(Collectors.joining(", "))
                            + " WHERE t.version < EXCLUDED.version");
        }
    }

    /** As text, which does not depend on the two tables' types being the very same. */
    private static void pipe(Connection source, String read, Connection target, String write)
            throws SQLException {
        CopyIn in = target.unwrap(PGConnection.class).getCopyAPI().copyIn(write);
        try {
            CopyOut out = source.unwrap(PGConnection.class).getCopyAPI().copyOut(read);
            try {
                for (byte[] rows; (rows = out.readFromCopy()) != null; ) {
                    in.writeToCopy(rows, 0, rows.length);
                }
            } finally {
                if (out.isActive()) {
                    out.cancelCopy();
                }
            }
            long written = in.endCopy();
            if (written != out.getHandledRowCount()) {
                throw new SQLException(
                        "COPY took " + written + " of " + out.getHandledRowCount() + " snapshots",
                        "08006");
            }
        } finally {
            if (in.isActive()) {
                in.cancelCopy();
            }
        }
    }

    /** COPY takes no parameters, so the tenants are written out. */
    private String ofTenants(Connection source, StoreSchema schema) throws SQLException {
        EventStoreMapping mapping = from.eventStore();
        List<String> literals = new ArrayList<>();
        for (String tenant : tenants) {
            literals.add(
                    "CAST('"
                            + source.unwrap(PGConnection.class).escapeLiteral(tenant)
                            + "' AS "
                            + schema.typeOf(mapping.tenantId())
                            + ")");
        }
        return "FROM "
                + mapping.besideTable("snapshots")
                + " s WHERE EXISTS (SELECT FROM "
                + mapping.quotedTable()
                + " e WHERE e."
                + EventStoreMapping.quoted(mapping.tenantId())
                + " IN ("
                + String.join(", ", literals)
                + ") AND "
                + KEY.stream()
                        .map(EventStoreMapping::quoted)
                        .map(column -> "e." + column + " = s." + column)
                        .collect(Collectors.joining(" AND "))
                + ")";
    }

    /** What a snapshot brings along, in the table's order: not the id, and nothing computed. */
    private static List<String> columns(Connection connection, PostgresEventStoreSpec store)
            throws SQLException {
        String sql =
                "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0"
                        + " AND NOT attisdropped AND attgenerated = '' AND attname <> 'id'"
                        + " ORDER BY attnum";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, store.eventStore().besideTable("snapshots"));
            List<String> columns = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.add(rows.getString(1));
                }
            }
            return columns;
        }
    }

    private static String quoted(List<String> columns, String alias) {
        return columns.stream()
                .map(column -> alias + EventStoreMapping.quoted(column))
                .collect(Collectors.joining(", "));
    }
}
