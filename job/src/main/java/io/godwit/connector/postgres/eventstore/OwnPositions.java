package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * From the moment in which a store takes a tenant's appends it draws their positions itself: above
 * every one that was copied to it, and what is copied to it from then on is appended behind.
 */
public final class OwnPositions {

    /** More than any store draws while a cutover is prepared; positions have 63 bits. */
    private static final long HEADROOM = 1_000_000;

    private final EventStoreMapping mapping;
    private final String positions;

    private OwnPositions(EventStoreMapping mapping, String positions) {
        this.mapping = mapping;
        this.positions = positions;
    }

    /** Looks for the store's sequence, which takes longer than all the rest. */
    public static OwnPositions of(Connection store, EventStoreMapping mapping) throws SQLException {
        PositionSequence.Sequence sequence =
                PositionSequence.theOne(PositionSequence.of(store, mapping)).orElseThrow();
        return new OwnPositions(
                mapping,
                "SELECT coalesce((SELECT max(%s) FROM %s), 0), last_value + CASE WHEN is_called THEN %d ELSE 0 END FROM %s"
                        .formatted(
                                EventStoreMapping.quoted(mapping.position()),
                                mapping.quotedTable(),
                                sequence.increment(),
                                sequence.name()));
    }

    /**
     * Lets the target's sequence begin above everything that is copied until the switch is over.
     * Writers of the target wait for a moment. Repeatable.
     *
     * @param lastOfSource the source's last position, of whichever tenant
     * @param target in autocommit
     */
    public static void prepare(
            Connection target, EventStoreMapping mapping, Placement placement, long lastOfSource)
            throws SQLException {
        long last = Math.addExact(lastOfSource, placement.offset());
        PositionCeiling.raise(target, mapping, Math.addExact(last, HEADROOM));
    }

    /**
     * In the transaction that opens the store.
     *
     * @throws MigrationException RECOVERABLE when the sequence is not above every position
     */
    public void take(Connection target, String migration) throws SQLException {
        try (Statement statement = target.createStatement();
                ResultSet row = statement.executeQuery(positions)) {
            row.next();
            if (row.getLong(2) <= row.getLong(1)) {
                throw MigrationException.refused(
                        mapping.table(),
                        "The target would draw position "
                                + row.getLong(2)
                                + " and has an event at "
                                + row.getLong(1)
                                + ": its sequence was set back. Run the cutover again, which sets"
                                + " it above");
            }
        }
        Placement.forget(target, migration);
        Placement.APPENDED.keepOnce(target, migration);
    }

    /** The highest position of anybody's event, 0 in an empty store. */
    public static long lastPosition(Connection store, EventStoreMapping mapping)
            throws SQLException {
        try (Statement statement = store.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT coalesce(max("
                                        + EventStoreMapping.quoted(mapping.position())
                                        + "), 0) FROM "
                                        + mapping.quotedTable())) {
            row.next();
            return row.getLong(1);
        }
    }
}
