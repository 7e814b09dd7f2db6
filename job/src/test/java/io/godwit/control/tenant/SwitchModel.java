package io.godwit.control.tenant;

import io.godwit.control.tenant.SwitchWorld.Coordinator;
import io.godwit.control.tenant.SwitchWorld.Source;
import io.godwit.control.tenant.SwitchWorld.Step;
import io.godwit.control.tenant.SwitchWorld.Tail;
import io.godwit.control.tenant.SwitchWorld.Target;
import io.godwit.control.tenant.SwitchWorld.Tx;
import io.godwit.control.tenant.SwitchWorld.Writer;
import java.util.ArrayList;
import java.util.List;

/**
 * Two stores, writers, a tail and a coordinator, each a sequence of atomic steps. The coordinator's
 * steps are the real decider's; the databases are modelled: an advisory lock that is granted when
 * no other holder is in the way, a route that is read behind it, commits that are visible at once.
 *
 * @param rules what the databases and the tail do; a mutant changes one of them
 */
record SwitchModel(Rules rules) {

    /**
     * @param triggerLocks the trigger takes the tenant's lock shared
     * @param freshRoute the trigger reads the route behind the lock and not under an old snapshot
     * @param drainKeepsCursor a drain leaves the tail's cursor alone
     * @param observeWaits the routes are read only when nobody holds the lock exclusively
     * @param decider what the coordinator does next
     */
    record Rules(
            boolean triggerLocks,
            boolean freshRoute,
            boolean drainKeepsCursor,
            boolean observeWaits,
            Decider decider) {

        static final Rules REAL = with(SwitchDecider::next);

        /** The real databases and this coordinator. */
        static Rules with(Decider decider) {
            return new Rules(true, true, true, true, decider);
        }
    }

    interface Decider {
        SwitchAction next(SwitchState state);
    }

    SwitchWorld begin(int writers, int stale, int crashes, int attempts) {
        List<Writer> all = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            all.add(new Writer(Step.READY, 0, true, i < stale));
        }
        return new SwitchWorld(
                List.copyOf(all),
                new Source(0, 0, false, Tx.NONE),
                new Target(0, false, false),
                new Tail(0, -1, 0),
                new Coordinator(SwitchState.begin(attempts), crashes));
    }

    /** Every world that one step leads to. */
    List<SwitchWorld> next(SwitchWorld world) {
        List<SwitchWorld> all = new ArrayList<>();
        for (int i = 0; i < world.writers().size(); i++) {
            writer(world, i, all);
        }
        tail(world, all);
        new CoordinatorModel(rules).next(world, all);
        return all;
    }

    private void writer(SwitchWorld w, int i, List<SwitchWorld> all) {
        Writer writer = w.writers().get(i);
        boolean moved = w.source().moved();
        switch (writer.step()) {
            case READY -> {
                if (!writer.stale()) {
                    Source drawn = w.source().drawn();
                    all.add(
                            w.with(drawn)
                                    .with(
                                            i,
                                            new Writer(
                                                    Step.INSERTED,
                                                    drawn.sequence(),
                                                    !moved,
                                                    false)));
                } else if (w.target().open()) {
                    all.add(appended(w, i));
                } else {
                    // The closed target names the source.
                    all.add(w.with(i, new Writer(Step.READY, 0, true, false)));
                }
            }
            case INSERTED -> {
                all.add(w.with(i, Step.GAVE_UP));
                if (!rules.triggerLocks() || w.source().tx() == Tx.NONE) {
                    all.add(w.with(i, Step.LOCKED));
                }
            }
            case LOCKED -> {
                boolean sees = rules.freshRoute() ? !moved : writer.oldOpen();
                all.add(w.with(i, sees ? Step.ALLOWED : Step.SENT_ON));
            }
            case ALLOWED -> {
                all.add(w.with(w.source().committed(i)).with(i, Step.ACKNOWLEDGED));
                all.add(w.with(i, Step.GAVE_UP));
            }
            case SENT_ON -> {
                if (w.target().open()) {
                    all.add(appended(w, i));
                }
            }
            case ACKNOWLEDGED, GAVE_UP -> {
                // It had one event.
            }
        }
    }

    private static SwitchWorld appended(SwitchWorld w, int i) {
        return w.with(w.target().appended(i)).with(i, Step.ACKNOWLEDGED);
    }

    /** The tail's own rule (GapFence): holders are listed after the position is read. */
    private static void tail(SwitchWorld w, List<SwitchWorld> all) {
        Tail tail = w.tail();
        int cursor = tail.cursor();
        if (tail.fence() < 0) {
            int last = w.lastCommitted();
            if (last > cursor) {
                all.add(w.with(new Tail(cursor, last, w.inSource())));
            }
            return;
        }
        int left = tail.holders() & w.inSource();
        if (left != tail.holders()) {
            all.add(w.with(new Tail(cursor, tail.fence(), left)));
        } else if (left == 0) {
            Tail passed = new Tail(Math.max(cursor, tail.fence()), -1, 0);
            all.add(w.applied(cursor, tail.fence()).with(passed));
        }
    }
}
