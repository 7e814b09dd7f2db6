package io.godwit.control.tenant;

import java.util.OptionalLong;

/**
 * What the coordinator of a switch knows. Of one attempt: nothing of it survives a crash, and
 * nothing has to, because the routes in the two stores say where the tenant is.
 *
 * @param where where the tenant is
 * @param locked a transaction is open and holds the tenant's lock
 * @param end the last position, read behind the lock; empty before
 * @param drained the other store has everything up to {@code end}
 * @param moved the route is changed in the open transaction
 * @param expired the pause has taken as long as it may
 * @param attempts how many more times the lock may be asked for
 */
record SwitchState(
        Whereabouts where,
        boolean locked,
        OptionalLong end,
        boolean drained,
        boolean moved,
        boolean expired,
        int attempts) {

    static SwitchState begin(int attempts) {
        return idle(Whereabouts.UNKNOWN, attempts);
    }

    private static SwitchState idle(Whereabouts where, int attempts) {
        return new SwitchState(where, false, OptionalLong.empty(), false, false, false, attempts);
    }

    /** After {@link SwitchAction#OBSERVE} had an answer. */
    SwitchState observed(Whereabouts found) {
        return idle(found, attempts);
    }

    /** After {@link SwitchAction#READ_END} had an answer. */
    SwitchState ends(long position) {
        return new SwitchState(
                where, locked, OptionalLong.of(position), drained, moved, expired, attempts);
    }

    /** The clock has run out; only before the COMMIT does that change anything. */
    SwitchState expire() {
        return new SwitchState(where, locked, end, drained, moved, true, attempts);
    }

    /** After any action but those that have their answer above. */
    SwitchState after(SwitchAction action, SwitchOutcome outcome) {
        if (outcome == SwitchOutcome.LOST || outcome == SwitchOutcome.OVERTAKEN) {
            return idle(Whereabouts.UNKNOWN, Math.max(0, attempts - 1));
        }
        return switch (action) {
            case LOCK ->
                    outcome == SwitchOutcome.HELD
                            ? idle(where, attempts - 1)
                            : new SwitchState(where, true, end, false, false, false, attempts);
            case DRAIN -> new SwitchState(where, locked, end, true, moved, expired, attempts);
            case MOVE -> new SwitchState(where, locked, end, drained, true, expired, attempts);
            case ROLLBACK -> idle(where, attempts - 1);
            case COMMIT -> idle(Whereabouts.BETWEEN, attempts);
            case OPEN -> idle(Whereabouts.THERE, attempts);
            case OBSERVE, READ_END, DONE, GIVE_UP ->
                    throw new IllegalArgumentException(action + " has no such outcome: " + outcome);
        };
    }
}
