package io.godwit.connector.postgres.eventstore.verify;

import static io.godwit.connector.postgres.eventstore.EventStoreMapping.quoted;

import io.godwit.connector.postgres.eventstore.EventStoreMapping;
import io.godwit.connector.postgres.eventstore.WriteFence;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Reads one row of the source and puts it into the target, column by column as text, which each
 * database reads as the type it has. Sessions are those of {@link StoreSession}.
 *
 * @param columns the position first
 */
record RepairedRows(
        EventStoreMapping source,
        EventStoreMapping target,
        List<String> tenants,
        List<String> columns,
        Correspondence how) {

    RepairedRows {
        tenants = List.copyOf(tenants);
        columns = List.copyOf(columns);
    }

    /** The named row; its values in the order of the columns. */
    List<String> read(Connection from, Difference named) throws SQLException {
        String sql =
                "SELECT "
                        + SideSql.list(columns, SideSql::text)
                        + " FROM "
                        + source.quotedTable()
                        + " WHERE "
                        + quoted(source.position())
                        + " = ? AND "
                        + quoted(source.eventId())
                        + " = ? AND "
                        + ofTenants(source);
        List<String> bound = bound(String.valueOf(named.position()), named.eventId());
        bound.addAll(tenants);
        try (PreparedStatement statement = prepare(from, sql, bound);
                ResultSet rows = statement.executeQuery()) {
            if (!rows.next()) {
                throw MigrationException.refused(
                        named.eventId(), "The source no longer has " + named + "; verify again");
            }
            List<String> values = new ArrayList<>();
            for (int i = 1; i <= columns.size(); i++) {
                values.add(rows.getString(i));
            }
            if (rows.next()) {
                throw MigrationException.refused(
                        named.eventId(),
                        "The source has several rows like " + named + "; repair it by hand");
            }
            return values;
        }
    }

    /**
     * Deletes what the target has in place of the row.
     *
     * @return where it was; null if nothing was there
     */
    Long delete(Connection into, Difference named, List<String> row) throws SQLException {
        String sql =
                "DELETE FROM "
                        + target.quotedTable()
                        + " WHERE "
                        + quoted(how.byPosition() ? target.position() : target.eventId())
                        + " = ? AND ("
                        + ofTenants(target)
                        // A row whose tenant was changed is known by all the rest of its identity.
                        + " OR "
                        + identity().stream()
                                .map(column -> quoted(column) + " = ?")
                                .collect(Collectors.joining(" AND "))
                        + ") RETURNING "
                        + quoted(target.position());
        List<String> bound = bound(how.byPosition() ? place(row) : named.eventId());
        bound.addAll(tenants);
        identity().forEach(column -> bound.add(row.get(columns.indexOf(column))));
        try (PreparedStatement statement = prepare(into, sql, bound);
                ResultSet deleted = statement.executeQuery()) {
            if (!deleted.next()) {
                return null;
            }
            long place = deleted.getLong(1);
            if (deleted.next()) {
                throw MigrationException.refused(
                        named.eventId(),
                        "Nothing was repaired: the target has several rows in place of "
                                + named
                                + "; delete those that do not belong there and verify again");
            }
            return place;
        }
    }

    private List<String> identity() {
        List<String> identity = new ArrayList<>(List.of(target.eventId(), target.version()));
        target.stream().stream()
                .filter(column -> !column.equals(target.tenantId()) && columns.contains(column))
                .forEach(identity::add);
        return identity;
    }

    /**
     * @param place where it goes if positions are not kept; null for where the target draws it
     */
    void insert(Connection into, List<String> row, Long place) throws SQLException {
        String position = how.byPosition() ? place(row) : place == null ? null : place.toString();
        List<String> names = position == null ? columns.subList(1, columns.size()) : columns;
        List<String> values = new ArrayList<>(row.subList(1, row.size()));
        if (position != null) {
            values.add(0, position);
        }
        String sql =
                "INSERT INTO "
                        + target.quotedTable()
                        + " ("
                        + SideSql.list(names, EventStoreMapping::quoted)
                        + ") OVERRIDING SYSTEM VALUE VALUES ("
                        + String.join(", ", Collections.nCopies(names.size(), "?"))
                        + ")";
        try (PreparedStatement statement = prepare(into, sql, values)) {
            statement.executeUpdate();
        }
    }

    private String place(List<String> row) {
        return String.valueOf(Math.addExact(Long.parseLong(row.get(0)), how.offset()));
    }

    /** A target that is still closed to the tenant's writers takes rows from its migration only. */
    void passFence(Connection into, String migration) throws SQLException {
        try (Statement statement = into.createStatement();
                ResultSet fence =
                        statement.executeQuery(
                                "SELECT to_regprocedure('godwit.pass_write_fence(text)')"
                                        + " IS NOT NULL")) {
            fence.next();
            if (fence.getBoolean(1)) {
                WriteFence.pass(into, migration);
            }
        }
    }

    private String ofTenants(EventStoreMapping mapping) {
        return quoted(mapping.tenantId())
                + " IN ("
                + String.join(", ", Collections.nCopies(tenants.size(), "?"))
                + ")";
    }

    private static List<String> bound(String... values) {
        return new ArrayList<>(List.of(values));
    }

    /** Untyped, as literals are: the server reads each as the type of its column. */
    private static PreparedStatement prepare(Connection connection, String sql, List<String> values)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 1, values.get(i), Types.OTHER);
        }
        return statement;
    }
}
