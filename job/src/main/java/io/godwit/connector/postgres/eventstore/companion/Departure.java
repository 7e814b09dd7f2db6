package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.companion.Checkpoint.Outcome;
import java.sql.SQLException;

/**
 * A checkpoint in the store that its tenants leave.
 *
 * @param verdict null if it is to be translated
 */
record Departure(String name, CheckpointTable.Row row, long position, Checkpoint verdict) {

    /**
     * @param row null if there is none
     */
    static Departure of(
            String name, CheckpointTable.Row row, String storeId, TenantEvents events, long through)
            throws SQLException {
        if (row == null) {
            return stays(
                    Checkpoint.of(
                            name,
                            Outcome.SKIPPED,
                            "store "
                                    + storeId
                                    + " has no checkpoint of this name: look whether the name is"
                                    + " right; a consumer without one begins at the beginning"));
        }
        PositionToken token;
        try {
            token = row.position();
        } catch (IllegalArgumentException e) {
            return stays(
                    Checkpoint.of(
                            name,
                            Outcome.FOREIGN,
                            e.getMessage() + "; left alone, find out who wrote it"));
        }
        if (token == null || row.eventId() == null) {
            return stays(Checkpoint.of(name, Outcome.SKIPPED, withoutPosition(row, token)));
        }
        if (!token.legacy() && !token.storeId().equals(storeId)) {
            return stays(
                    Checkpoint.of(
                            name,
                            Outcome.FOREIGN,
                            "its position is of store "
                                    + token.storeId()
                                    + ", not of "
                                    + storeId
                                    + "; left alone. If that is this store by another name, give"
                                    + " the name in store_id; else take it from subscriptions"));
        }
        long position = token.position();
        if (events.positionOf(row.eventId()).isEmpty()) {
            return stays(
                    Checkpoint.of(
                            name,
                            Outcome.SHARED,
                            position,
                            "its last event "
                                    + row.eventId()
                                    + " is no event of these tenants: somebody else's events are"
                                    + " consumed with it; left alone. Give these tenants a"
                                    + " subscription of their own, or take it from subscriptions"));
        }
        if (position > through) {
            return stays(
                    Checkpoint.of(
                            name,
                            Outcome.AHEAD,
                            position,
                            "its consumer is at position "
                                    + position
                                    + " of store "
                                    + storeId
                                    + ", beyond the switch at "
                                    + through
                                    + ": translate with the position of the switch, or set the"
                                    + " checkpoint back to it"));
        }
        return new Departure(name, row, position, null);
    }

    private static Departure stays(Checkpoint verdict) {
        return new Departure(verdict.name(), null, 0, verdict);
    }

    private static String withoutPosition(CheckpointTable.Row row, PositionToken token) {
        if (token != null) {
            return "it has a position and no last event, so nobody can say whose it is: its"
                    + " consumer begins at the beginning";
        }
        return row.unread() == null
                ? "it has no position yet: its consumer begins at the beginning"
                : "it has only the integer position "
                        + row.unread()
                        + " of before 0.8, which eventsource-py does not read any more: its"
                        + " consumer begins at the beginning";
    }
}
