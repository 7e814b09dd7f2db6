package io.godwit.connector.postgres.eventstore.verify;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One row, or one stream, in which two stores differ.
 *
 * @param position in the source; of an extra row, in the target; null for a whole stream
 * @param eventId the source's; of an extra row, the target's; null for a whole stream
 * @param stream its columns, with a space between them
 * @param version null for a whole stream
 * @param columns which of them differ; empty for rows that are missing or extra
 */
public record Difference(
        Kind kind, Long position, String eventId, String stream, Long version, List<Column> columns)
        implements Serializable {

    public enum Kind {
        /** The source has it, the target does not. */
        MISSING,
        /** The target has it, the source does not. */
        EXTRA,
        /** Both have it, with other content. */
        DIFFERENT,
        /** Both have it, behind another event of its stream. */
        ORDER
    }

    /** A column's value on both sides, as text and shortened; null is SQL's. */
    public record Column(String name, String source, String target) implements Serializable {

        @Override
        public String toString() {
            return name + ": source " + shown(source) + ", target " + shown(target);
        }

        private static String shown(String value) {
            return value == null ? "null" : "'" + value + "'";
        }
    }

    public Difference {
        columns = List.copyOf(columns);
    }

    /** A stream whose counts differ, with no row that is known to. */
    public boolean ofWholeStream() {
        return position == null;
    }

    @Override
    public String toString() {
        String differing = columns.stream().map(Column::toString).collect(Collectors.joining("; "));
        if (ofWholeStream()) {
            return "stream " + stream + " differs: " + differing;
        }
        String event =
                "event "
                        + eventId
                        + " (stream "
                        + stream
                        + ", version "
                        + version
                        + ") at position "
                        + position;
        return switch (kind) {
            case MISSING -> event + " is missing in the target";
            case EXTRA -> event + " of the target is not in the source";
            case DIFFERENT -> event + " differs: " + differing;
            case ORDER -> event + " is out of order: " + differing;
        };
    }
}
