package io.godwit.control.tenant;

import io.godwit.job.EventsourceMirror;
import io.godwit.model.MigrationException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Switches the tenants of a migration, one after the other, and tells the ledger, eventsource-py's
 * control tables and people of each.
 */
final class EachTenant {

    private final Turn turn;
    private final SwitchDirection direction;
    private final Way way;
    private final EventsourceMirror mirror;

    EachTenant(Turn turn, SwitchDirection direction, Way way, EventsourceMirror mirror) {
        this.turn = turn;
        this.direction = direction;
        this.way = way;
        this.mirror = mirror;
    }

    /** What a switch is called. */
    enum Way {
        FORWARD("TENANT_SWITCHED", "Switched: ", EventsourceMirror::switched),
        BACK("TENANT_SWITCHED_BACK", "Switched back: ", EventsourceMirror::rolledBack);

        private final String action;
        private final String words;
        private final Note note;

        Way(String action, String words, Note note) {
            this.action = action;
            this.words = words;
            this.note = note;
        }
    }

    private interface Note {
        void to(EventsourceMirror mirror, String tenant, String report) throws SQLException;
    }

    /** What a failure means while every tenant is where it was. */
    interface GivenUp {
        void because(MigrationException e) throws SQLException;
    }

    /**
     * Those that have moved before stay as they are, so it can be repeated.
     *
     * @return the last position of any of the tenants in the store that they have left
     */
    long run(GivenUp givenUp) throws SQLException {
        TenantSwitcher switcher = new TenantSwitcher(direction);
        Moved moved = new Moved(direction);
        boolean anyMoved = false;
        for (String tenant : direction.tenants()) {
            try {
                SwitchReport report = switcher.run(tenant);
                anyMoved = true;
                record(tenant, report);
            } catch (MigrationException e) {
                if (!anyMoved && moved.none()) {
                    givenUp.because(e);
                }
                throw e;
            }
        }
        return moved.lastPosition();
    }

    /** Ends the switches this way that an earlier run has left half done, and begins none. */
    void complete() throws SQLException {
        TenantSwitcher switcher = new TenantSwitcher(direction);
        for (String tenant : direction.tenants()) {
            Optional<SwitchReport> report = switcher.complete(tenant);
            if (report.isPresent()) {
                record(tenant, report.get());
            }
        }
    }

    private void record(String tenant, SwitchReport report) throws SQLException {
        if (report.attempts() > 0) {
            turn.switches().add(turn.row().id(), report.entry(direction.to().storeId()));
        }
        turn.audit(way.action, report.toString());
        way.note.to(mirror, tenant, report.toString());
        turn.say(way.words + report);
    }
}
