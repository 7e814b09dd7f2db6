package io.godwit.spec;

import java.io.Serializable;

/** {@code end_event_sequence}: an inclusive sequence, or {@code latest}. */
public record EndSequence(long inclusive) implements Serializable {

    public static EndSequence of(String text) {
        if (text.equals("latest")) {
            return new EndSequence(Long.MAX_VALUE);
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(
                    "end_event_sequence is '" + text + "'; a sequence (inclusive) or latest");
        }
        return new EndSequence(Long.parseLong(text));
    }

    public boolean isLatest() {
        return inclusive == Long.MAX_VALUE;
    }
}
