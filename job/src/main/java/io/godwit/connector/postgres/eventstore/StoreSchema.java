package io.godwit.connector.postgres.eventstore;

import java.io.Serializable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An event store as its database really has it: versions of a store differ in columns, indexes and
 * tables beside the events, so they are read from the catalogue and never assumed. Immutable.
 *
 * @param columns of the event table, in order; empty when there is no such table
 * @param partitioned the event table is partitioned
 * @param sequence the sequence behind the position, as SQL names it; null when there is none
 * @param indexes usable indexes of the event table
 * @param companions what eventsource-py keeps beside its events
 */
public record StoreSchema(
        EventStoreMapping mapping,
        List<Column> columns,
        boolean partitioned,
        String sequence,
        List<Index> indexes,
        Companions companions)
        implements Serializable {

    /** A type whose values mean something only in the database that drew them. */
    private static final String TRANSACTION_ID = "xid8";

    public StoreSchema {
        columns = List.copyOf(columns);
        indexes = List.copyOf(indexes);
    }

    /**
     * @param type as {@code format_type} spells it
     * @param generated computed from other columns: nobody writes it
     * @param identity "a" for GENERATED ALWAYS AS IDENTITY, "d" for BY DEFAULT, "" for neither
     * @param defaultValue its expression; null when there is none
     */
    public record Column(
            String name,
            String type,
            boolean nullable,
            boolean generated,
            String identity,
            String defaultValue)
            implements Serializable {

        /** An insert that does not name the column fails. */
        boolean mustBeGiven() {
            return !nullable && !generated && identity.isEmpty() && defaultValue == null;
        }
    }

    /**
     * @param columns of the key, in order; an expression where the key has one
     * @param predicate null when the index covers every row
     */
    public record Index(
            String name, List<String> columns, boolean unique, boolean primary, String predicate)
            implements Serializable {

        public Index {
            columns = List.copyOf(columns);
        }

        /** It has every row in which the column is not null. */
        boolean coversValuesOf(String column) {
            return predicate == null
                    || predicate.replaceAll("[()\"]", "").equals(column + " IS NOT NULL");
        }
    }

    /**
     * Tables beside the events; all absent for stores that are not eventsource-py's.
     *
     * @param positionToken checkpoints have {@code position_token} (0.8 and later)
     * @param feedHorizon the function {@code eventsource_feed_horizon} is there
     */
    public record Companions(
            boolean snapshots,
            boolean outbox,
            boolean checkpoints,
            boolean positionToken,
            boolean deadLetters,
            boolean feedHorizon)
            implements Serializable {}

    public static StoreSchema read(Connection connection, EventStoreMapping mapping)
            throws SQLException {
        return new StoreCatalogue(connection, mapping).read();
    }

    public boolean exists() {
        return !columns.isEmpty();
    }

    public Optional<Column> column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst();
    }

    /** The type of a column that is there, as {@code format_type} spells it. */
    public String typeOf(String column) {
        return column(column)
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "No column " + column + " in " + mapping.table()))
                .type();
    }

    /** Columns of the mapping that the table does not have. */
    public List<String> missing() {
        List<String> missing = new ArrayList<>(mapping.columns());
        missing.removeIf(name -> column(name).isPresent());
        return missing;
    }

    /**
     * What a row of another store brings along, the position first and the rest in the table's
     * order: no generated column, and no transaction id, which the target draws itself.
     */
    public List<String> copiedColumns() {
        List<String> copied = new ArrayList<>(List.of(mapping.position()));
        columns.stream()
                .filter(column -> !column.generated() && !column.type().equals(TRANSACTION_ID))
                .map(Column::name)
                .filter(name -> !name.equals(mapping.position()))
                .forEach(copied::add);
        return List.copyOf(copied);
    }

    /** eventsource-py 0.8 and later store the writing transaction's id with an event. */
    public boolean hasTxid() {
        return column("txid").filter(txid -> txid.type().equals(TRANSACTION_ID)).isPresent();
    }

    /** No two rows have the same values in all of these columns, whatever the constraint's name. */
    public boolean uniqueOn(List<String> key) {
        return indexes.stream()
                .filter(index -> index.unique() && index.predicate() == null)
                .anyMatch(index -> key.containsAll(index.columns()));
    }

    /** The index that serves a tenant's rows in the order of their positions, if there is one. */
    public Optional<Index> feedIndex() {
        return tenantIndexes()
                .filter(index -> index.columns().size() > 1)
                .filter(index -> index.columns().get(1).equals(mapping.position()))
                .min(Comparator.comparing(index -> index.columns().size()));
    }

    /** An index that finds a tenant's rows, in whatever order. */
    public Optional<Index> tenantIndex() {
        return feedIndex()
                .or(() -> tenantIndexes().min(Comparator.comparing(i -> i.columns().size())));
    }

    private Stream<Index> tenantIndexes() {
        return indexes.stream()
                .filter(index -> index.columns().get(0).equals(mapping.tenantId()))
                .filter(index -> index.coversValuesOf(mapping.tenantId()));
    }
}
