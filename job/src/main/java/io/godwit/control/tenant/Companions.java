package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.companion.Checkpoint;
import io.godwit.connector.postgres.eventstore.companion.SnapshotCopy;
import io.godwit.connector.postgres.eventstore.companion.SubscriptionTranslation;
import io.godwit.model.MigrationException;
import io.godwit.spec.TenantOptions;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/** What goes along with the tenants' events: snapshots, and the checkpoints of subscriptions. */
final class Companions {

    private final Turn turn;
    private final TenantOptions options;
    private final SwitchDirection direction;
    private final SubscriptionTranslation subscriptions;

    /**
     * @param offset of kept positions; empty where the other store has drawn its own
     */
    Companions(Turn turn, SwitchDirection direction, OptionalLong offset) {
        this.turn = turn;
        this.options = turn.spec().tenant();
        this.direction = direction;
        this.subscriptions =
                new SubscriptionTranslation(
                        direction.from(),
                        direction.to(),
                        options.subscriptions(),
                        direction.tenants(),
                        offset,
                        direction.migration());
    }

    /** Before the switch: most snapshots are moved, and a consumer that is ahead is found. */
    void before(long head) throws SQLException {
        copySnapshots();
        if (!options.migrateSubscriptions()) {
            return;
        }
        for (Checkpoint checkpoint : subscriptions.plan(head)) {
            if (checkpoint.outcome() == Checkpoint.Outcome.AHEAD) {
                throw MigrationException.refused(
                        checkpoint.name(),
                        "Subscription " + checkpoint.name() + ": " + checkpoint.why());
            }
        }
    }

    /**
     * After it: the rest of the snapshots, and the checkpoints.
     *
     * @param end the last position in the store that was left
     */
    void after(long end) throws SQLException {
        copySnapshots();
        if (!options.migrateSubscriptions()) {
            return;
        }
        List<Checkpoint> all = subscriptions.apply(end);
        for (Checkpoint checkpoint : all) {
            String line =
                    "subscription "
                            + checkpoint.name()
                            + ": "
                            + checkpoint.outcome()
                            + position(" from ", checkpoint.from())
                            + position(" to ", checkpoint.to())
                            + (checkpoint.why().isEmpty() ? "" : ": " + checkpoint.why());
            turn.audit("SUBSCRIPTION_" + checkpoint.outcome(), line);
            turn.say(line);
        }
    }

    private static String position(String word, OptionalLong position) {
        return position.isPresent() ? word + position.getAsLong() : "";
    }

    private void copySnapshots() throws SQLException {
        if (!options.snapshots()) {
            return;
        }
        long moved =
                new SnapshotCopy(
                                direction.from(),
                                direction.to(),
                                direction.tenants(),
                                direction.migration())
                        .copy();
        if (moved > 0) {
            turn.audit("SNAPSHOTS_MOVED", moved + " snapshots");
            turn.say(moved + " snapshots moved");
        }
    }
}
