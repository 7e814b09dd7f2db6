package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.EventStoreMapping.quoted;

import io.godwit.connector.postgres.eventstore.AppliedThrough;
import io.godwit.connector.postgres.eventstore.ControlTables;
import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.EventStoreTarget;
import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.model.SequenceRange;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantStores;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;

/** Two stores of one shape, copying from one to the other, and changing rows behind its back. */
record CopiedStores(
        StoreVariant variant,
        Correspondence how,
        PostgresDatabase source,
        PostgresDatabase target,
        List<String> tenants) {

    PostgresEventStoreSpec sourceSpec() {
        return TenantStores.spec(source, "shared", variant);
    }

    PostgresEventStoreSpec targetSpec() {
        return TenantStores.spec(target, "dedicated", variant);
    }

    EventStoreMapping mapping() {
        return variant.mapping();
    }

    List<String> columns() throws SQLException {
        try (Connection connection = source.connect()) {
            return StoreSchema.read(connection, mapping()).copiedColumns();
        }
    }

    StoreComparison comparison() throws SQLException {
        return new StoreComparison(sourceSpec(), targetSpec(), tenants, columns(), how, "test");
    }

    StoreRepair repair() throws SQLException {
        return new StoreRepair(sourceSpec(), targetSpec(), tenants, columns(), how, "test");
    }

    /** Copies everything; returns the last position. */
    long copyAll() throws SQLException {
        long through =
                number(source, "SELECT coalesce(max(" + position() + "), 0) FROM " + table());
        copy(0, through);
        return through;
    }

    /** Copies what is above the first and not above the second position. */
    void copy(long after, long through) throws SQLException {
        if (how.byPosition()) {
            keep(after, through);
        } else {
            append(after, through);
        }
    }

    private void keep(long after, long through) throws SQLException {
        ControlTables.create(targetSpec());
        try (EventTableLog log = new EventTableLog(sourceSpec(), tenants, "test");
                EventStoreTarget into =
                        new EventStoreTarget(
                                targetSpec(),
                                columns(),
                                how.offset(),
                                new AppliedThrough("test", "shared"))) {
            for (long from = after + 1; from <= through; ) {
                List<StoredEvent> page =
                        log.read(0, new SequenceRange(from, through + 1), 5000, false);
                into.apply(page);
                from = page.get(page.size() - 1).sequence() + 1;
            }
        }
    }

    private void append(long after, long through) throws SQLException {
        String names =
                columns().stream().skip(1).map(c -> quoted(c)).collect(Collectors.joining(", "));
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        try (Connection from = source.connect();
                Connection into = target.connect()) {
            from.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut(
                            "COPY (SELECT "
                                    + names
                                    + " FROM "
                                    + table()
                                    + " WHERE "
                                    + ofTenants()
                                    + " AND "
                                    + position()
                                    + " > "
                                    + after
                                    + " AND "
                                    + position()
                                    + " <= "
                                    + through
                                    + " ORDER BY "
                                    + position()
                                    + ") TO STDOUT",
                            rows);
            into.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn(
                            "COPY " + table() + " (" + names + ") FROM STDIN",
                            new ByteArrayInputStream(rows.toByteArray()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Replaces rows of the target: the identity columns of some stores cannot be updated.
     *
     * @param which a condition
     * @param set assignments
     * @param keep the rows stay as they were too
     */
    void change(String which, String set, boolean keep) throws SQLException {
        change(target, which, set, keep);
    }

    private void change(PostgresDatabase database, String which, String set, boolean keep)
            throws SQLException {
        String names =
                columns().stream().map(EventStoreMapping::quoted).collect(Collectors.joining(", "));
        run(
                database,
                "CREATE TEMP TABLE changed AS SELECT "
                        + names
                        + " FROM "
                        + table()
                        + " WHERE "
                        + which,
                keep ? "SELECT" : "DELETE FROM " + table() + " WHERE " + which,
                "UPDATE changed SET " + set,
                "INSERT INTO "
                        + table()
                        + " ("
                        + names
                        + ") OVERRIDING SYSTEM VALUE SELECT "
                        + names
                        + " FROM changed");
    }

    /** Puts the source's last row, whoever's it is, far behind the others. */
    void stretch() throws SQLException {
        change(
                source,
                position() + " = (SELECT max(" + position() + ") FROM " + table() + ")",
                position() + " = 150000",
                false);
        run(
                source,
                "SELECT setval('"
                        + mapping().table()
                        + "_"
                        + mapping().position()
                        + "_seq', 150000)");
    }

    /** A condition for the target's row of this event. */
    String event(String eventId) {
        return quoted(mapping().eventId()) + " = '" + eventId + "'";
    }

    String table() {
        return mapping().quotedTable();
    }

    String position() {
        return quoted(mapping().position());
    }

    String ofTenants() {
        return quoted(mapping().tenantId())
                + " IN ("
                + tenants.stream().map(t -> "'" + t + "'").collect(Collectors.joining(", "))
                + ")";
    }

    /** Event ids of the first tenant in the source, in the order of their positions. */
    List<String> events() throws SQLException {
        return query(
                source,
                "SELECT "
                        + quoted(mapping().eventId())
                        + " FROM "
                        + table()
                        + " WHERE "
                        + quoted(mapping().tenantId())
                        + " = '"
                        + tenants.get(0)
                        + "' ORDER BY "
                        + position());
    }

    static void run(PostgresDatabase database, String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    static long number(PostgresDatabase database, String sql) throws SQLException {
        return Long.parseLong(query(database, sql).get(0));
    }

    static List<String> query(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }
}
