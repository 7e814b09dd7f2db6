package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.companion.AppendedPositions.Answer;
import io.godwit.connector.postgres.eventstore.companion.Checkpoint.Outcome;
import java.sql.SQLException;

/**
 * A checkpoint that is to go to another store, beside what that store has by its name.
 *
 * @param before null if the store has none
 */
record Arrival(Departure departure, Answer answer, CheckpointTable.Row before) {

    Checkpoint judge(PostgresEventStoreSpec from, PostgresEventStoreSpec to, TenantEvents events)
            throws SQLException {
        String name = departure.name();
        long position = departure.position();
        PositionToken token;
        try {
            token = before == null ? null : before.position();
        } catch (IllegalArgumentException e) {
            return inTheWay(Outcome.FOREIGN, to, e.getMessage());
        }
        if (token != null && !token.legacy() && !token.storeId().equals(to.storeId())) {
            return inTheWay(Outcome.FOREIGN, to, "its position is of store " + token.storeId());
        }
        if (before != null
                && before.eventId() != null
                && events.positionOf(before.eventId()).isEmpty()) {
            return inTheWay(
                    Outcome.SHARED,
                    to,
                    "its last event " + before.eventId() + " is no event of these tenants");
        }
        if (answer.missing() > 0) {
            return Checkpoint.of(
                    name,
                    Outcome.TRANSLATED,
                    position,
                    answer.missing()
                            + " events after its position "
                            + position
                            + " are not yet in store "
                            + to.storeId()
                            + ", and its position there depends on where they will be: translate"
                            + " when everything up to the switch is there");
        }
        if (token != null && token.position() >= answer.position()) {
            return Checkpoint.of(
                    name,
                    Outcome.ALREADY,
                    position,
                    token.position(),
                    token.position() == answer.position()
                            ? "store " + to.storeId() + " has it at this position"
                            : "its consumer has gone on in store " + to.storeId());
        }
        return Checkpoint.of(
                name,
                Outcome.TRANSLATED,
                position,
                answer.position(),
                "let its consumer read store "
                        + to.storeId()
                        + " now; its checkpoint in store "
                        + from.storeId()
                        + " stays as it is");
    }

    private Checkpoint inTheWay(Outcome outcome, PostgresEventStoreSpec to, String what) {
        return Checkpoint.of(
                departure.name(),
                outcome,
                departure.position(),
                "store "
                        + to.storeId()
                        + " has a checkpoint of this name already, and "
                        + what
                        + "; left alone. Delete it there if nobody needs it, and repeat");
    }
}
