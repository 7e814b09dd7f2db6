package io.godwit.model;

/**
 * What became of a batch. Together the three are the size of the batch: nothing else can happen to
 * an event.
 *
 * @param written events that were not there before
 * @param alreadyEqual events that were there before, with the same content
 * @param deadLettered events set aside with key and reason
 */
public record ApplyResult(long written, long alreadyEqual, long deadLettered) {

    public static final ApplyResult NOTHING = new ApplyResult(0, 0, 0);

    public ApplyResult plus(ApplyResult other) {
        return new ApplyResult(
                written + other.written,
                alreadyEqual + other.alreadyEqual,
                deadLettered + other.deadLettered);
    }

    public long total() {
        return written + alreadyEqual + deadLettered;
    }
}
