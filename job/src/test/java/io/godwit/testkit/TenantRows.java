package io.godwit.testkit;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.StoreSchema;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A tenant's rows as text, in the order of their positions: two stores hold the same when their
 * lists are equal. Each column is its own text with its name, by name; json keeps its very text.
 * What a target draws itself (transaction ids, generated columns) is left out.
 */
public final class TenantRows {

    private TenantRows() {}

    /** Without positions: the same events in the same order. */
    public static List<String> of(
            PostgresDatabase database, EventStoreMapping mapping, String tenant) {
        return read(database, mapping, tenant, false);
    }

    /** Each row with its position. */
    public static List<String> withPositions(
            PostgresDatabase database, EventStoreMapping mapping, String tenant) {
        return read(database, mapping, tenant, true);
    }

    /** The positions alone, ascending. */
    public static List<Long> positions(
            PostgresDatabase database, EventStoreMapping mapping, String tenant) {
        String position = EventStoreMapping.quoted(mapping.position());
        return query(database, mapping, tenant, position, position).stream()
                .map(Long::valueOf)
                .toList();
    }

    /** Of a store of eventsource-py's shape, in no order. */
    public static List<UUID> eventIds(PostgresDatabase database, UUID tenant) {
        return query(
                        database,
                        StoreVariant.CURRENT.mapping(),
                        tenant.toString(),
                        "event_id",
                        "event_id")
                .stream()
                .map(UUID::fromString)
                .toList();
    }

    /** Count and digest of {@link #of}, made in the database: for histories that fill the heap. */
    public static String digest(
            PostgresDatabase database, EventStoreMapping mapping, String tenant) {
        String row =
                "count(*) || ':' || md5(string_agg(md5("
                        + row(database, mapping, false)
                        + "), '' ORDER BY "
                        + EventStoreMapping.quoted(mapping.position())
                        + "))";
        return query(database, mapping, tenant, row, "1").get(0);
    }

    private static List<String> read(
            PostgresDatabase database,
            EventStoreMapping mapping,
            String tenant,
            boolean withPositions) {
        return query(
                database,
                mapping,
                tenant,
                row(database, mapping, withPositions),
                EventStoreMapping.quoted(mapping.position()));
    }

    private static String row(
            PostgresDatabase database, EventStoreMapping mapping, boolean withPositions) {
        try (Connection connection = database.connect()) {
            return StoreSchema.read(connection, mapping).copiedColumns().stream()
                    .filter(name -> withPositions || !name.equals(mapping.position()))
                    .sorted()
                    .map(
                            name ->
                                    "'"
                                            + name
                                            + "=' || COALESCE("
                                            + EventStoreMapping.quoted(name)
                                            + "::text, '<null>')")
                    .collect(Collectors.joining(" || '|' || "));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> query(
            PostgresDatabase database,
            EventStoreMapping mapping,
            String tenant,
            String what,
            String order) {
        String sql =
                "SELECT "
                        + what
                        + " FROM "
                        + mapping.quotedTable()
                        + " WHERE "
                        + EventStoreMapping.quoted(mapping.tenantId())
                        + "::text = ? ORDER BY "
                        + order;
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            List<String> rows = new ArrayList<>();
            try (ResultSet all = statement.executeQuery()) {
                while (all.next()) {
                    rows.add(all.getString(1));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot read " + tenant + " in " + database.name(), e);
        }
    }
}
