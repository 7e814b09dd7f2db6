package io.godwit.control.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

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

        static final Rules REAL = new Rules(true, true, true, true, SwitchDecider::next);

        /** The real databases and this coordinator. */
        static Rules with(Decider decider) {
            return new Rules(true, true, true, true, decider);
        }
    }

    interface Decider {
        SwitchAction next(SwitchState state);
    }

    /** How far a writer is with its one event. */
    enum Step {
        /** Nothing sent. */
        READY,
        /** In the source: its position is drawn, its row inserted, the trigger not yet begun. */
        INSERTED,
        /** In the source: the trigger has the lock. */
        LOCKED,
        /** In the source: the trigger has read an open route. */
        ALLOWED,
        /** Refused by the source; sends the event to the target. */
        SENT_ON,
        /** Told that its event is stored. */
        ACKNOWLEDGED,
        /** Has rolled back by itself: its position stays empty. */
        GAVE_UP
    }

    /**
     * @param position in the source, 0 before it is drawn
     * @param oldOpen what the route said when the writer's transaction began
     * @param stale begins at the target, as a router does that believes a decision of yesterday
     */
    record Writer(Step step, int position, boolean oldOpen, boolean stale) {}

    /**
     * @param fence the position whose finality is being proved, -1 for none
     * @param holders writers that must end first, as bits
     */
    record Tail(int cursor, int fence, int holders) {}

    /** The coordinator's transaction in the source, as the server sees it. */
    enum Tx {
        NONE,
        /** Holds the lock. */
        LOCKED,
        /** Holds the lock and has changed the route. */
        MOVED,
        /** COMMIT was sent and nobody waits for the answer any more. */
        COMMITTING
    }

    /**
     * @param source writers whose event is committed in the source, as bits
     * @param target writers whose event is in the target, as bits
     * @param twice an event was stored twice in the target
     * @param known what the coordinator knows; null while it is dead
     * @param crashes how many more times it may die or lose an answer
     */
    record World(
            int sequence,
            List<Writer> writers,
            int source,
            int target,
            boolean twice,
            boolean moved,
            boolean open,
            Tail tail,
            Tx tx,
            SwitchState known,
            int crashes) {}

    World begin(int writers, int stale, int crashes, int attempts) {
        List<Writer> all = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            all.add(new Writer(Step.READY, 0, true, i < stale));
        }
        return new World(
                0,
                List.copyOf(all),
                0,
                0,
                false,
                false,
                false,
                new Tail(0, -1, 0),
                Tx.NONE,
                SwitchState.begin(attempts),
                crashes);
    }

    /** Every world that one step leads to. */
    List<World> next(World world) {
        List<World> all = new ArrayList<>();
        for (int i = 0; i < world.writers().size(); i++) {
            writer(world, i, all);
        }
        tail(world, all);
        coordinator(world, all);
        server(world, all);
        return all;
    }

    private void writer(World w, int i, List<World> all) {
        Writer writer = w.writers().get(i);
        switch (writer.step()) {
            case READY -> {
                if (writer.stale()) {
                    // The closed target names the source; an open one takes the event.
                    all.add(
                            w.open()
                                    ? stored(w, i)
                                    : with(w, i, new Writer(Step.READY, 0, true, false)));
                } else {
                    int position = w.sequence() + 1;
                    World drawn = drawn(w, position);
                    all.add(with(drawn, i, new Writer(Step.INSERTED, position, !w.moved(), false)));
                }
            }
            case INSERTED -> {
                all.add(with(w, i, step(writer, Step.GAVE_UP)));
                if (!rules.triggerLocks() || w.tx() == Tx.NONE) {
                    all.add(with(w, i, step(writer, Step.LOCKED)));
                }
            }
            case LOCKED -> {
                boolean sees = rules.freshRoute() ? !w.moved() : writer.oldOpen();
                all.add(with(w, i, step(writer, sees ? Step.ALLOWED : Step.SENT_ON)));
            }
            case ALLOWED -> {
                World committed = with(w, i, step(writer, Step.ACKNOWLEDGED));
                all.add(source(committed, committed.source() | 1 << i));
                all.add(with(w, i, step(writer, Step.GAVE_UP)));
            }
            case SENT_ON -> {
                if (w.open()) {
                    all.add(stored(w, i));
                }
            }
            case ACKNOWLEDGED, GAVE_UP -> {
                // It had one event.
            }
        }
    }

    /** The tail's own rule (GapFence): holders are listed after the position is read. */
    private void tail(World w, List<World> all) {
        Tail tail = w.tail();
        if (tail.fence() < 0) {
            int last = lastCommitted(w);
            if (last > tail.cursor()) {
                int holders = 0;
                for (int i = 0; i < w.writers().size(); i++) {
                    if (inSource(w.writers().get(i))) {
                        holders |= 1 << i;
                    }
                }
                all.add(tail(w, new Tail(tail.cursor(), last, holders)));
            }
            return;
        }
        int left = 0;
        for (int i = 0; i < w.writers().size(); i++) {
            if ((tail.holders() >> i & 1) == 1 && inSource(w.writers().get(i))) {
                left |= 1 << i;
            }
        }
        if (left != tail.holders()) {
            all.add(tail(w, new Tail(tail.cursor(), tail.fence(), left)));
        } else if (left == 0) {
            int cursor = Math.max(tail.cursor(), tail.fence());
            World applied = applied(w, tail.cursor(), tail.fence());
            all.add(tail(applied, new Tail(cursor, -1, 0)));
        }
    }

    private void coordinator(World w, List<World> all) {
        SwitchState known = w.known();
        if (known == null) {
            all.add(known(w, SwitchState.begin(1)));
            return;
        }
        SwitchAction action = rules.decider().next(known);
        if (w.crashes() > 0 && action != SwitchAction.DONE && action != SwitchAction.GIVE_UP) {
            // It dies here; its session ends later, as the server's own step.
            all.add(crashed(w));
        }
        if (known.locked() && !known.expired()) {
            all.add(known(w, known.expire()));
        }
        act(w, known, action, all);
    }

    private void act(World w, SwitchState known, SwitchAction action, List<World> all) {
        switch (action) {
            case OBSERVE -> {
                if (rules.observeWaits() && w.tx() != Tx.NONE) {
                    // Somebody holds the lock exclusively: a COMMIT may still come to pass.
                    return;
                }
                Whereabouts found =
                        !w.moved()
                                ? Whereabouts.HERE
                                : w.open() ? Whereabouts.THERE : Whereabouts.BETWEEN;
                all.add(known(w, known.observed(found)));
            }
            case LOCK -> {
                boolean free =
                        w.writers().stream()
                                .noneMatch(
                                        x ->
                                                rules.triggerLocks()
                                                        && (x.step() == Step.LOCKED
                                                                || x.step() == Step.ALLOWED));
                if (!free || w.tx() != Tx.NONE) {
                    all.add(known(w, known.after(action, SwitchOutcome.HELD)));
                } else if (w.moved()) {
                    all.add(known(w, known.after(action, SwitchOutcome.OVERTAKEN)));
                } else {
                    all.add(known(tx(w, Tx.LOCKED), known.after(action, SwitchOutcome.DONE)));
                }
            }
            case READ_END ->
                    all.add(
                            known.locked() && lost(w)
                                    ? known(w, known.after(action, SwitchOutcome.LOST))
                                    : known(w, known.ends(lastCommitted(w))));
            case DRAIN -> {
                int end = (int) known.end().orElseThrow();
                World drained = applied(w, w.tail().cursor(), end);
                if (!rules.drainKeepsCursor()) {
                    drained =
                            tail(
                                    drained,
                                    new Tail(
                                            Math.max(end, w.tail().cursor()),
                                            w.tail().fence(),
                                            w.tail().holders()));
                }
                all.add(known(drained, known.after(action, SwitchOutcome.DONE)));
                // Or the target does not answer.
                all.add(known(tx(w, Tx.NONE), known.after(action, SwitchOutcome.LOST)));
            }
            case MOVE ->
                    all.add(
                            lost(w)
                                    ? known(w, known.after(action, SwitchOutcome.LOST))
                                    : known(
                                            tx(w, Tx.MOVED),
                                            known.after(action, SwitchOutcome.DONE)));
            case COMMIT -> {
                if (w.tx() != Tx.MOVED) {
                    all.add(known(w, known.after(action, SwitchOutcome.LOST)));
                    return;
                }
                all.add(known(committed(w), known.after(action, SwitchOutcome.DONE)));
                if (w.crashes() > 0) {
                    SwitchState unanswered = known.after(action, SwitchOutcome.LOST);
                    all.add(known(fewer(tx(w, Tx.COMMITTING)), unanswered));
                }
            }
            case ROLLBACK ->
                    all.add(known(tx(w, Tx.NONE), known.after(action, SwitchOutcome.DONE)));
            case OPEN -> all.add(known(open(w), known.after(action, SwitchOutcome.DONE)));
            case DONE, GIVE_UP -> {
                // The command ends.
            }
        }
    }

    /** What the source's server does by itself to the coordinator's session. */
    private void server(World w, List<World> all) {
        boolean orphan = w.known() == null || !w.known().locked();
        switch (w.tx()) {
            case LOCKED, MOVED -> {
                if (orphan || w.crashes() > 0) {
                    // The session's time-out, or the end of its connection.
                    World ended = tx(w, Tx.NONE);
                    all.add(orphan ? ended : fewer(ended));
                }
            }
            case COMMITTING -> {
                all.add(committed(w));
                all.add(tx(w, Tx.NONE));
            }
            case NONE -> {
                // No session.
            }
        }
    }

    private static boolean lost(World w) {
        return w.tx() != Tx.LOCKED && w.tx() != Tx.MOVED;
    }

    private static boolean inSource(Writer writer) {
        return writer.step() == Step.INSERTED
                || writer.step() == Step.LOCKED
                || writer.step() == Step.ALLOWED;
    }

    static int lastCommitted(World w) {
        int last = 0;
        for (int i = 0; i < w.writers().size(); i++) {
            if ((w.source() >> i & 1) == 1) {
                last = Math.max(last, w.writers().get(i).position());
            }
        }
        return last;
    }

    /** Committed events of the source in (after, through] into the target; those there stay. */
    private static World applied(World w, int after, int through) {
        int target = w.target();
        for (int i = 0; i < w.writers().size(); i++) {
            int position = w.writers().get(i).position();
            if ((w.source() >> i & 1) == 1 && position > after && position <= through) {
                target |= 1 << i;
            }
        }
        return target(w, target, w.twice());
    }

    private static World stored(World w, int i) {
        World acknowledged = with(w, i, step(w.writers().get(i), Step.ACKNOWLEDGED));
        boolean twice = (w.target() >> i & 1) == 1;
        return target(acknowledged, w.target() | 1 << i, w.twice() || twice);
    }

    private static Writer step(Writer writer, Step step) {
        return new Writer(step, writer.position(), writer.oldOpen(), writer.stale());
    }

    private static World with(World w, int i, Writer writer) {
        List<Writer> writers = new ArrayList<>(w.writers());
        writers.set(i, writer);
        return new World(
                w.sequence(),
                List.copyOf(writers),
                w.source(),
                w.target(),
                w.twice(),
                w.moved(),
                w.open(),
                w.tail(),
                w.tx(),
                w.known(),
                w.crashes());
    }

    private static World drawn(World w, int position) {
        return new World(
                position,
                w.writers(),
                w.source(),
                w.target(),
                w.twice(),
                w.moved(),
                w.open(),
                w.tail(),
                w.tx(),
                w.known(),
                w.crashes());
    }

    private static World source(World w, int source) {
        return new World(
                w.sequence(),
                w.writers(),
                source,
                w.target(),
                w.twice(),
                w.moved(),
                w.open(),
                w.tail(),
                w.tx(),
                w.known(),
                w.crashes());
    }

    private static World target(World w, int target, boolean twice) {
        return new World(
                w.sequence(),
                w.writers(),
                w.source(),
                target,
                twice,
                w.moved(),
                w.open(),
                w.tail(),
                w.tx(),
                w.known(),
                w.crashes());
    }

    private static World tail(World w, Tail tail) {
        return new World(
                w.sequence(),
                w.writers(),
                w.source(),
                w.target(),
                w.twice(),
                w.moved(),
                w.open(),
                tail,
                w.tx(),
                w.known(),
                w.crashes());
    }

    private static World tx(World w, Tx tx) {
        return new World(
                w.sequence(),
                w.writers(),
                w.source(),
                w.target(),
                w.twice(),
                w.moved(),
                w.open(),
                w.tail(),
                tx,
                w.known(),
                w.crashes());
    }

    private static World known(World w, SwitchState known) {
        return new World(
                w.sequence(),
                w.writers(),
                w.source(),
                w.target(),
                w.twice(),
                w.moved(),
                w.open(),
                w.tail(),
                w.tx(),
                known,
                w.crashes());
    }

    private static World crashed(World w) {
        return fewer(known(w, null));
    }

    private static World fewer(World w) {
        return new World(
                w.sequence(),
                w.writers(),
                w.source(),
                w.target(),
                w.twice(),
                w.moved(),
                w.open(),
                w.tail(),
                w.tx(),
                w.known(),
                w.crashes() - 1);
    }

    private static World committed(World w) {
        return new World(
                w.sequence(),
                w.writers(),
                w.source(),
                w.target(),
                w.twice(),
                true,
                w.open(),
                w.tail(),
                Tx.NONE,
                w.known(),
                w.crashes());
    }

    private static World open(World w) {
        return new World(
                w.sequence(),
                w.writers(),
                w.source(),
                w.target(),
                w.twice(),
                w.moved(),
                true,
                w.tail(),
                w.tx(),
                w.known(),
                w.crashes());
    }

    /** What is wrong with a world, empty when nothing is. */
    Set<String> wrong(World w) {
        Set<String> wrong = new TreeSet<>();
        if (w.moved() && (w.source() & ~w.target()) != 0) {
            wrong.add("the tenant has moved, and an event of the source is not in the target");
        }
        if (w.open() && !w.moved()) {
            wrong.add("the target is open and the route has not moved");
        }
        if (w.twice()) {
            wrong.add("an event is in the target twice");
        }
        for (int i = 0; i < w.writers().size(); i++) {
            Writer writer = w.writers().get(i);
            boolean stored = ((w.source() | w.target()) >> i & 1) == 1;
            if (writer.step() == Step.ACKNOWLEDGED && !stored) {
                wrong.add("an acknowledged event is nowhere");
            }
            if (writer.step() == Step.GAVE_UP && stored) {
                wrong.add("an event that was rolled back is stored");
            }
        }
        if ((w.source() & ~w.target()) != 0
                && lowestMissing(w).orElse(Long.MAX_VALUE) <= w.tail().cursor()) {
            wrong.add("the tail is past an event that it has not applied");
        }
        return wrong;
    }

    private static OptionalLong lowestMissing(World w) {
        return java.util.stream.IntStream.range(0, w.writers().size())
                .filter(i -> ((w.source() & ~w.target()) >> i & 1) == 1)
                .mapToLong(i -> w.writers().get(i).position())
                .min();
    }
}
