package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.replication.PgOutputMessage.Column;
import io.godwit.connector.postgres.replication.PgOutputMessage.Relation;
import io.godwit.connector.postgres.replication.Tuple;
import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Picks the rows of some tenants out of what is inserted into the event table, as binary COPY would
 * have read them. A tenant is known by the bytes of its column, which is why {@link
 * LogicalTailCheck} refuses a type of which two different values can be equal.
 */
final class TenantTuples {

    private final EventStoreMapping mapping;
    private final List<String> columns;
    private final List<byte[]> tenants;

    /** The table that {@link #order} and {@link #tenant} belong to. */
    private Relation relation;

    private int[] order;
    private int tenant;

    private TenantTuples(EventStoreMapping mapping, List<String> columns, List<byte[]> tenants) {
        this.mapping = mapping;
        this.columns = columns;
        this.tenants = tenants;
    }

    /**
     * @param columns of a row, the position first
     * @param tenantType the tenant column's type, as format_type gives it
     */
    static TenantTuples of(
            Connection connection,
            EventStoreMapping mapping,
            List<String> columns,
            String tenantType,
            List<String> tenants)
            throws SQLException {
        List<byte[]> bytes = new ArrayList<>();
        for (String tenant : tenants) {
            bytes.add(binary(connection, EventRows.literal(tenant) + "::" + tenantType));
        }
        return new TenantTuples(mapping, List.copyOf(columns), bytes);
    }

    /** The value as the server itself sends it. */
    private static byte[] binary(Connection connection, String value) throws SQLException {
        CopyOut copy =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("COPY (SELECT " + value + ") TO STDOUT (FORMAT binary)");
        BinaryRowReader rows = new BinaryRowReader();
        byte[] only = null;
        for (byte[] message; (message = copy.readFromCopy()) != null; ) {
            rows.feed(message);
            for (byte[] row; (row = rows.next()) != null; ) {
                only = row;
            }
        }
        return onlyField(only);
    }

    private static byte[] onlyField(byte[] row) {
        return Arrays.copyOfRange(row, Short.BYTES + Integer.BYTES, row.length);
    }

    /** The row, or null when it is of another tenant or of nobody. */
    byte[] row(Relation table, Tuple tuple) {
        if (!table.equals(relation)) {
            learn(table);
        }
        if (tuple.columns() != table.columns().size()) {
            throw MigrationException.fatal(
                    table.name(),
                    "An inserted row of "
                            + table.name()
                            + " has "
                            + tuple.columns()
                            + " columns, its table has "
                            + table.columns());
        }
        if (tuple.isText(tenant)) {
            throw asText(table, tenant);
        }
        if (tenants.stream().noneMatch(bytes -> tuple.holds(tenant, bytes))) {
            return null;
        }
        for (int column : order) {
            if (tuple.isText(column)) {
                throw asText(table, column);
            }
        }
        return tuple.copyRow(order);
    }

    private void learn(Relation table) {
        order = columns.stream().mapToInt(name -> place(table, name)).toArray();
        tenant = place(table, mapping.tenantId());
        relation = table;
    }

    private static int place(Relation table, String name) {
        List<String> names = table.columns().stream().map(Column::name).toList();
        int place = names.indexOf(name);
        if (place < 0) {
            throw MigrationException.fatal(
                    table.name(),
                    "Rows are inserted into "
                            + table.name()
                            + " without column "
                            + name
                            + ", which is migrated: it has "
                            + names
                            + ". A column is not renamed or dropped during a migration; abort it"
                            + " and begin anew");
        }
        return place;
    }

    private static MigrationException asText(Relation table, int column) {
        return MigrationException.fatal(
                table.name(),
                "Column "
                        + table.columns().get(column)
                        + " of "
                        + table.name()
                        + " came as text, so its type has no binary form; it cannot be copied");
    }
}
