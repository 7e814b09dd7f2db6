package io.godwit.ledger;

import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The switches of a migration's tenants, and what they make of the migration. */
public final class Switches {

    private final Ledger ledger;

    /** On the ledger's connection and thread. */
    public Switches(Ledger ledger) {
        this.ledger = ledger;
    }

    public void add(long id, SwitchEntry entry) throws SQLException {
        ledger.update(
                "INSERT INTO switches (migration_id, tenant, to_store, epoch, last_position,"
                        + " pause_ms, lock_ms, opened_ms, drained, attempts)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                id,
                entry.tenant(),
                entry.toStore(),
                entry.epoch(),
                entry.lastPosition(),
                entry.pauseMillis(),
                entry.lockMillis(),
                entry.openedMillis(),
                entry.drained(),
                entry.attempts());
    }

    /** In the order in which they happened. */
    public List<SwitchEntry> of(long id) throws SQLException {
        List<SwitchEntry> entries = new ArrayList<>();
        try (PreparedStatement statement =
                        ledger.bind(
                                "SELECT tenant, to_store, epoch, last_position, pause_ms, lock_ms,"
                                        + " opened_ms, drained, attempts FROM switches"
                                        + " WHERE migration_id = ? ORDER BY id",
                                id);
                ResultSet r = statement.executeQuery()) {
            while (r.next()) {
                entries.add(
                        new SwitchEntry(
                                r.getString(1),
                                r.getString(2),
                                r.getLong(3),
                                r.getLong(4),
                                r.getDouble(5),
                                r.getDouble(6),
                                r.getDouble(7),
                                r.getLong(8),
                                r.getInt(9)));
            }
        }
        return entries;
    }

    /** The end of a rollback: the source has its tenants again. */
    public void rolledBack(long id, String detail) throws SQLException {
        ledger.atomically(
                () -> {
                    ledger.advanceFrom(ledger.lockedPhase(id), id, Phase.DUAL_WRITE, detail);
                    ledger.audit(id, "ROLLED_BACK", detail);
                });
    }

    /**
     * The flow that the migration's jobs ran is over: the next job goes on neither from what they
     * have left nor from how far they were.
     */
    public void flowEnded(long id) throws SQLException {
        ledger.update(
                "UPDATE migrations SET savepoint = NULL, checkpoints = NULL WHERE id = ?", id);
        ledger.update("DELETE FROM progress WHERE migration_id = ?", id);
    }

    /**
     * A completed migration is taken up again, to be rolled back: CUTOVER. The only way out of an
     * end.
     */
    void reopen(long id, String detail) throws SQLException {
        Phase from = ledger.lockedPhase(id);
        if (from != Phase.COMPLETED) {
            throw MigrationException.refused(
                    "phase", "The migration is " + from + ": only a completed one is rolled back");
        }
        ledger.record(id, from, Phase.CUTOVER, detail);
    }
}
