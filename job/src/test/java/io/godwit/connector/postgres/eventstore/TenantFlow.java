package io.godwit.connector.postgres.eventstore;

import io.godwit.model.SequenceRange;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantHistory;
import io.godwit.testkit.TenantRows;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A tenant's events in one store and another one that is to receive them; both of one shape. */
record TenantFlow(
        StoreVariant variant,
        PostgresDatabase source,
        PostgresDatabase target,
        String tenant,
        List<String> columns) {

    static final AppliedThrough APPLIED = new AppliedThrough("test", "shared");

    private static final long SEED = 20261121;
    private static final int EVENTS = 900;

    /** With an empty target. */
    static TenantFlow create(TenantStores stores, StoreVariant variant) throws SQLException {
        System.out.println("seed " + SEED);
        TenantHistory history = TenantHistory.of(SEED, EVENTS);
        PostgresDatabase source = stores.newStore(variant, history);
        PostgresDatabase target = stores.newStore(variant);
        ControlTables.create(TenantStores.spec(target, "own", variant));
        try (Connection connection = source.connect()) {
            List<String> columns = StoreSchema.read(connection, variant.mapping()).copiedColumns();
            return new TenantFlow(variant, source, target, history.tenant(0), columns);
        }
    }

    PostgresEventStoreSpec sourceSpec() {
        return TenantStores.spec(source, "shared", variant);
    }

    PostgresEventStoreSpec targetSpec() {
        return TenantStores.spec(target, "own", variant);
    }

    EventStoreMapping mapping() {
        return variant.mapping();
    }

    /** All that the source has of the tenant, a mark at the end, in batches of at most so many. */
    List<List<StoredEvent>> batches(int size, boolean live) {
        List<List<StoredEvent>> batches = new ArrayList<>();
        try (EventTableLog log = new EventTableLog(sourceSpec(), List.of(tenant), "test")) {
            long until = log.head(0) + 1;
            for (long from = 1; from < until; ) {
                List<StoredEvent> batch = log.read(0, new SequenceRange(from, until), size, live);
                batches.add(batch);
                from = batch.get(batch.size() - 1).sequence() + 1;
            }
        }
        return batches;
    }

    List<StoredEvent> all(boolean live) {
        return batches(10_000, live).get(0);
    }

    /** The tenant's rows without positions, in order. */
    List<String> rowsIn(PostgresDatabase database) {
        return TenantRows.of(database, mapping(), tenant);
    }

    OptionalLong appliedThrough() throws SQLException {
        try (Connection connection = target.connect()) {
            return APPLIED.read(connection);
        }
    }

    /** Runs in the target what names {table}, {position}, {event_id} or {event_type}. */
    void inTarget(String... statements) throws SQLException {
        try (Connection connection = target.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(named(sql));
            }
        }
    }

    String ask(PostgresDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(named(sql))) {
            row.next();
            return row.getString(1);
        }
    }

    private String named(String sql) {
        return sql.replace("{table}", mapping().quotedTable())
                .replace("{position}", EventStoreMapping.quoted(mapping().position()))
                .replace("{event_id}", EventStoreMapping.quoted(mapping().eventId()))
                .replace("{event_type}", EventStoreMapping.quoted(mapping().eventType()));
    }
}
