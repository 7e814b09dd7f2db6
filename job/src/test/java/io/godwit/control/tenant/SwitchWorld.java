package io.godwit.control.tenant;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What can be told of a switch at one moment, by somebody who sees everything. Writers are known by
 * their place in the list; sets of them, and of their one event each, are bits.
 */
record SwitchWorld(
        List<Writer> writers, Source source, Target target, Tail tail, Coordinator coordinator) {

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
    record Writer(Step step, int position, boolean oldOpen, boolean stale) {

        Writer at(Step next) {
            return new Writer(next, position, oldOpen, stale);
        }

        boolean inSource() {
            return step == Step.INSERTED || holdsLock();
        }

        boolean holdsLock() {
            return step == Step.LOCKED || step == Step.ALLOWED;
        }

        boolean served() {
            return step == Step.ACKNOWLEDGED || step == Step.GAVE_UP;
        }
    }

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
     * @param sequence the last position that was drawn
     * @param events that are committed
     * @param moved what the route says
     */
    record Source(int sequence, int events, boolean moved, Tx tx) {

        Source drawn() {
            return new Source(sequence + 1, events, moved, tx);
        }

        Source committed(int writer) {
            return new Source(sequence, events | 1 << writer, moved, tx);
        }

        Source with(Tx changed) {
            return new Source(sequence, events, moved, changed);
        }

        Source switched() {
            return new Source(sequence, events, true, Tx.NONE);
        }
    }

    /**
     * @param twice an event was stored twice
     * @param open what the route says
     */
    record Target(int events, boolean twice, boolean open) {

        /** Events that are there already stay as they are. */
        Target applied(int more) {
            return new Target(events | more, twice, open);
        }

        Target appended(int writer) {
            boolean again = (events >> writer & 1) == 1;
            return new Target(events | 1 << writer, twice || again, open);
        }

        Target opened() {
            return new Target(events, twice, true);
        }
    }

    /**
     * @param fence the position whose finality is being proved, -1 for none
     * @param holders writers that must end first
     */
    record Tail(int cursor, int fence, int holders) {}

    /**
     * @param known what it knows; null while it is dead
     * @param crashes how many more times it may die or lose an answer
     */
    record Coordinator(SwitchState known, int crashes) {}

    SwitchWorld with(int i, Writer writer) {
        Writer[] changed = writers.toArray(Writer[]::new);
        changed[i] = writer;
        return new SwitchWorld(List.of(changed), source, target, tail, coordinator);
    }

    SwitchWorld with(int i, Step step) {
        return with(i, writers.get(i).at(step));
    }

    SwitchWorld with(Source changed) {
        return new SwitchWorld(writers, changed, target, tail, coordinator);
    }

    SwitchWorld with(Tx changed) {
        return with(source.with(changed));
    }

    SwitchWorld with(Target changed) {
        return new SwitchWorld(writers, source, changed, tail, coordinator);
    }

    SwitchWorld with(Tail changed) {
        return new SwitchWorld(writers, source, target, changed, coordinator);
    }

    SwitchWorld with(Coordinator changed) {
        return new SwitchWorld(writers, source, target, tail, changed);
    }

    SwitchWorld knowing(SwitchState state) {
        return with(new Coordinator(state, coordinator.crashes()));
    }

    /** The coordinator may die or lose an answer once less. */
    SwitchWorld oneCrashLess() {
        return with(new Coordinator(coordinator.known(), coordinator.crashes() - 1));
    }

    /** Committed events of the source in (after, through] into the target. */
    SwitchWorld applied(int after, int through) {
        int events = 0;
        for (int i = 0; i < writers.size(); i++) {
            int position = writers.get(i).position();
            if (position > after && position <= through) {
                events |= source.events() & 1 << i;
            }
        }
        return with(target.applied(events));
    }

    /** Writers whose transaction in the source is open. */
    int inSource() {
        int found = 0;
        for (int i = 0; i < writers.size(); i++) {
            if (writers.get(i).inSource()) {
                found |= 1 << i;
            }
        }
        return found;
    }

    int lastCommitted() {
        int last = 0;
        for (int i = 0; i < writers.size(); i++) {
            if ((source.events() >> i & 1) == 1) {
                last = Math.max(last, writers.get(i).position());
            }
        }
        return last;
    }

    /** Events of the source that the target lacks. */
    int missing() {
        return source.events() & ~target.events();
    }

    /** What is wrong, empty when nothing is. */
    Set<String> wrong() {
        Set<String> wrong = new TreeSet<>();
        if (source.moved() && missing() != 0) {
            wrong.add("the tenant has moved, and an event of the source is not in the target");
        }
        if (target.open() && !source.moved()) {
            wrong.add("the target is open and the route has not moved");
        }
        if (target.twice()) {
            wrong.add("an event is in the target twice");
        }
        for (int i = 0; i < writers.size(); i++) {
            Writer writer = writers.get(i);
            boolean stored = ((source.events() | target.events()) >> i & 1) == 1;
            if (writer.step() == Step.ACKNOWLEDGED && !stored) {
                wrong.add("an acknowledged event is nowhere");
            }
            if (writer.step() == Step.GAVE_UP && stored) {
                wrong.add("an event that was rolled back is stored");
            }
            if ((missing() >> i & 1) == 1 && writer.position() <= tail.cursor()) {
                wrong.add("the tail is past an event that it has not applied");
            }
        }
        return wrong;
    }
}
