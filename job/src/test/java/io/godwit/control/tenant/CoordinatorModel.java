package io.godwit.control.tenant;

import io.godwit.control.tenant.SwitchWorld.Tail;
import io.godwit.control.tenant.SwitchWorld.Tx;
import io.godwit.control.tenant.SwitchWorld.Writer;
import java.util.List;

/**
 * The coordinator of a {@link SwitchModel}, which does what the decider says, can die before any of
 * its steps and can lose an answer, and what the source's server does to its session.
 */
record CoordinatorModel(SwitchModel.Rules rules) {

    /** Adds every world that one step of the coordinator, or of its session's server, leads to. */
    void next(SwitchWorld w, List<SwitchWorld> all) {
        SwitchState known = w.coordinator().known();
        if (known == null) {
            all.add(w.knowing(SwitchState.begin(1)));
        } else {
            coordinator(w, known, all);
        }
        server(w, known, all);
    }

    private void coordinator(SwitchWorld w, SwitchState known, List<SwitchWorld> all) {
        SwitchAction action = rules.decider().next(known);
        if (mayCrash(w) && action != SwitchAction.DONE && action != SwitchAction.GIVE_UP) {
            // It dies here; its session ends later, as the server's own step.
            all.add(w.oneCrashLess().knowing(null));
        }
        if (known.locked() && !known.expired()) {
            all.add(w.knowing(known.expire()));
        }
        switch (action) {
            case OBSERVE -> {
                // Somebody holds the lock exclusively: a COMMIT may still come to pass.
                boolean waits = rules.observeWaits() && w.source().tx() != Tx.NONE;
                if (!waits) {
                    all.add(w.knowing(known.observed(whereabouts(w))));
                }
            }
            case LOCK -> all.add(lock(w, known));
            case READ_END ->
                    all.add(
                            known.locked() && lost(w)
                                    ? w.knowing(known.after(action, SwitchOutcome.LOST))
                                    : w.knowing(known.ends(w.lastCommitted())));
            case DRAIN -> {
                all.add(drained(w, known).knowing(known.after(action, SwitchOutcome.DONE)));
                // Or the target does not answer.
                all.add(w.with(Tx.NONE).knowing(known.after(action, SwitchOutcome.LOST)));
            }
            case MOVE ->
                    all.add(
                            lost(w)
                                    ? w.knowing(known.after(action, SwitchOutcome.LOST))
                                    : w.with(Tx.MOVED)
                                            .knowing(known.after(action, SwitchOutcome.DONE)));
            case COMMIT -> commit(w, known, all);
            case ROLLBACK ->
                    all.add(w.with(Tx.NONE).knowing(known.after(action, SwitchOutcome.DONE)));
            case OPEN ->
                    all.add(
                            w.with(w.target().opened())
                                    .knowing(known.after(action, SwitchOutcome.DONE)));
            case DONE, GIVE_UP -> {
                // The command ends.
            }
        }
    }

    private static Whereabouts whereabouts(SwitchWorld w) {
        if (!w.source().moved()) {
            return Whereabouts.HERE;
        }
        return w.target().open() ? Whereabouts.THERE : Whereabouts.BETWEEN;
    }

    private SwitchWorld lock(SwitchWorld w, SwitchState known) {
        boolean held =
                w.source().tx() != Tx.NONE
                        || rules.triggerLocks() && w.writers().stream().anyMatch(Writer::holdsLock);
        if (held) {
            return w.knowing(known.after(SwitchAction.LOCK, SwitchOutcome.HELD));
        }
        if (w.source().moved()) {
            return w.knowing(known.after(SwitchAction.LOCK, SwitchOutcome.OVERTAKEN));
        }
        return w.with(Tx.LOCKED).knowing(known.after(SwitchAction.LOCK, SwitchOutcome.DONE));
    }

    private SwitchWorld drained(SwitchWorld w, SwitchState known) {
        int end = (int) known.end().orElseThrow();
        Tail tail = w.tail();
        SwitchWorld drained = w.applied(tail.cursor(), end);
        return rules.drainKeepsCursor()
                ? drained
                : drained.with(
                        new Tail(Math.max(end, tail.cursor()), tail.fence(), tail.holders()));
    }

    private static void commit(SwitchWorld w, SwitchState known, List<SwitchWorld> all) {
        SwitchState unanswered = known.after(SwitchAction.COMMIT, SwitchOutcome.LOST);
        if (w.source().tx() != Tx.MOVED) {
            all.add(w.knowing(unanswered));
            return;
        }
        all.add(
                w.with(w.source().switched())
                        .knowing(known.after(SwitchAction.COMMIT, SwitchOutcome.DONE)));
        if (mayCrash(w)) {
            all.add(w.with(Tx.COMMITTING).oneCrashLess().knowing(unanswered));
        }
    }

    /** What the source's server does by itself to the coordinator's session. */
    private static void server(SwitchWorld w, SwitchState known, List<SwitchWorld> all) {
        boolean orphan = known == null || !known.locked();
        switch (w.source().tx()) {
            case LOCKED, MOVED -> {
                // The session's time-out, or the end of its connection.
                if (orphan) {
                    all.add(w.with(Tx.NONE));
                } else if (mayCrash(w)) {
                    all.add(w.with(Tx.NONE).oneCrashLess());
                }
            }
            case COMMITTING -> {
                all.add(w.with(w.source().switched()));
                all.add(w.with(Tx.NONE));
            }
            case NONE -> {
                // No session.
            }
        }
    }

    private static boolean mayCrash(SwitchWorld w) {
        return w.coordinator().crashes() > 0;
    }

    /** The coordinator believes that it has a transaction, and the server has ended it. */
    private static boolean lost(SwitchWorld w) {
        return w.source().tx() != Tx.LOCKED && w.source().tx() != Tx.MOVED;
    }
}
