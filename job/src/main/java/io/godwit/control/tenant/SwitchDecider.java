package io.godwit.control.tenant;

/**
 * Decides the next action of a switch. Pure: the same knowledge, the same action.
 *
 * <p>What it keeps to: the end is read behind the lock and never before it; the route is not
 * changed before everything up to the end is applied; after a COMMIT without an answer, and after
 * any other loss, the routes are read again before anything else is done; the other store is opened
 * only when the route of the first says so.
 */
final class SwitchDecider {

    private SwitchDecider() {}

    static SwitchAction next(SwitchState state) {
        return switch (state.where()) {
            case UNKNOWN -> SwitchAction.OBSERVE;
            case THERE -> SwitchAction.DONE;
            case BETWEEN -> SwitchAction.OPEN;
            case ASTRAY -> SwitchAction.GIVE_UP;
            case HERE -> state.locked() ? inside(state) : outside(state);
        };
    }

    private static SwitchAction outside(SwitchState state) {
        return state.attempts() > 0 ? SwitchAction.LOCK : SwitchAction.GIVE_UP;
    }

    private static SwitchAction inside(SwitchState state) {
        if (state.expired()) {
            return SwitchAction.ROLLBACK;
        }
        if (state.end().isEmpty()) {
            return SwitchAction.READ_END;
        }
        if (!state.drained()) {
            return SwitchAction.DRAIN;
        }
        return state.moved() ? SwitchAction.COMMIT : SwitchAction.MOVE;
    }
}
