package io.godwit.connector.postgres.eventstore;

import io.godwit.model.MigrationException;
import io.godwit.spec.Positions;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Moves a store's position sequence up, past positions that somebody else gives out. Never down: a
 * sequence that was set back gives the same position twice.
 *
 * <p>setval() has no compare-and-set, so the event table is locked around the look and the step:
 * whoever inserts has either drawn before and is waited for, or draws after. The lock is given up
 * early and asked for again ({@link BriefLock}), so writers wait for a moment at most. An
 * application that calls nextval() without inserting is outside of it.
 *
 * <p>Needs the table's ownership or more than INSERT on it, and UPDATE on the sequence. The
 * connection is in autocommit. Each call can be repeated.
 */
public final class PositionCeiling {

    private final Connection target;
    private final EventTables.Table table;
    private final PositionSequence.Sequence sequence;
    private final String position;

    private PositionCeiling(Connection target, EventStoreMapping mapping) throws SQLException {
        this.target = target;
        this.table = EventTables.require(target, mapping);
        this.position = EventStoreMapping.quoted(mapping.position());
        this.sequence =
                PositionSequence.theOne(PositionSequence.of(target, mapping))
                        .orElseThrow(
                                () ->
                                        MigrationException.refused(
                                                mapping.table(),
                                                "Positions of "
                                                        + mapping.table()
                                                        + " do not come from one sequence of the"
                                                        + " target; 'godwit plan SPEC' says more"));
    }

    /** What the target draws from now on is above {@code atLeast}. */
    public static void raise(Connection target, EventStoreMapping mapping, long atLeast)
            throws SQLException {
        PositionCeiling ceiling = new PositionCeiling(target, mapping);
        ceiling.locked(
                "SELECT setval(CAST("
                        + EventRows.literal(ceiling.sequence.name())
                        + " AS regclass), "
                        + atLeast
                        + ") FROM "
                        + ceiling.sequence.name()
                        + " WHERE last_value - CASE WHEN is_called THEN 0 ELSE 1 END < "
                        + atLeast);
    }

    /**
     * Reserves a block of the target's order for a migration, above everything that is there, and
     * keeps it as the migration's placement. Of several calls the first one reserves.
     *
     * @param positions how many
     */
    public static Placement reserve(
            Connection target, EventStoreMapping mapping, String migration, long positions)
            throws SQLException {
        PositionCeiling ceiling = new PositionCeiling(target, mapping);
        String name = EventRows.literal(migration);
        String sequence = ceiling.sequence.name();
        ceiling.locked(
                "INSERT INTO godwit.placement (migration, mode, position_offset, ceiling) SELECT "
                        + name
                        + ", 'keep', top, top + "
                        + positions
                        + " FROM (SELECT greatest(s.last_value - CASE WHEN s.is_called THEN 0 ELSE 1"
                        + " END, (SELECT max("
                        + ceiling.position
                        + ") FROM "
                        + ceiling.table.name()
                        + ")) AS top FROM "
                        + sequence
                        + " s) AS now ON CONFLICT (migration) DO NOTHING",
                "SELECT setval(CAST("
                        + EventRows.literal(sequence)
                        + " AS regclass), p.ceiling) FROM godwit.placement p, "
                        + sequence
                        + " s WHERE p.migration = "
                        + name
                        + " AND p.ceiling > s.last_value");
        Placement kept = Placement.read(target, migration).orElseThrow();
        if (kept.mode() != Positions.KEEP) {
            throw MigrationException.refused(
                    migration, "Migration " + migration + " is placed already: " + kept);
        }
        return kept;
    }

    private void locked(String... statements) throws SQLException {
        String[] all = new String[statements.length + 1];
        all[0] = "LOCK TABLE " + table.name() + " IN SHARE ROW EXCLUSIVE MODE";
        System.arraycopy(statements, 0, all, 1, statements.length);
        new BriefLock(target).run(table, all);
    }
}
