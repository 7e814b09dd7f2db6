package io.godwit.connector.postgres.eventstore.companion;

import java.util.OptionalLong;

/**
 * What becomes of one subscription's checkpoint.
 *
 * @param from its position in the store that the tenants leave; empty if it has none there
 * @param to its position in the store that they go to; empty if it gets none, or if the events that
 *     decide it are not there yet
 * @param why in words, with what is to be done
 */
public record Checkpoint(
        String name, Outcome outcome, OptionalLong from, OptionalLong to, String why) {

    /** What was, or in a dry run would be, done. */
    public enum Outcome {
        /** Written to the store that the tenants go to. */
        TRANSLATED,
        /** It is there, at this position or further. */
        ALREADY,
        /** There is no checkpoint, or it has no position: the consumer begins at the beginning. */
        SKIPPED,
        /** Left alone: its position is of another store. */
        FOREIGN,
        /** Left alone: its last event is of nobody of these tenants. */
        SHARED,
        /** Its consumer is beyond the switch: nothing at all is translated. */
        AHEAD
    }

    static Checkpoint of(String name, Outcome outcome, String why) {
        return new Checkpoint(name, outcome, OptionalLong.empty(), OptionalLong.empty(), why);
    }

    static Checkpoint of(String name, Outcome outcome, long from, String why) {
        return new Checkpoint(name, outcome, OptionalLong.of(from), OptionalLong.empty(), why);
    }

    static Checkpoint of(String name, Outcome outcome, long from, long to, String why) {
        return new Checkpoint(name, outcome, OptionalLong.of(from), OptionalLong.of(to), why);
    }
}
