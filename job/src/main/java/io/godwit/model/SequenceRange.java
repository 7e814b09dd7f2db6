package io.godwit.model;

import java.io.Serializable;

/**
 * A half-open range of event sequences, {@code [from, until)}. Never two loose longs: the replaced
 * migrator lost the newest event of every run by using an inclusive end as an exclusive one.
 *
 * @param from first sequence in the range, at least 1
 * @param until first sequence after the range, at least {@code from}
 */
public record SequenceRange(long from, long until) implements Serializable {

    public SequenceRange {
        if (from < 1 || until < from) {
            throw new IllegalArgumentException(
                    "Not a range of sequences: [" + from + ", " + until + "); 1 <= from <= until");
        }
    }

    public long size() {
        return until - from;
    }

    public boolean isEmpty() {
        return until == from;
    }

    /** Its first part, of at most so many sequences. */
    public SequenceRange first(long most) {
        return new SequenceRange(from, Math.min(until, from + most));
    }

    public boolean contains(long sequence) {
        return from <= sequence && sequence < until;
    }

    @Override
    public String toString() {
        return "[" + from + ", " + until + ")";
    }
}
