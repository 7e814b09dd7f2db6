package io.godwit.connector.postgres.eventstore.verify;

import java.util.Arrays;

/**
 * A row of one store as the comparison reads it.
 *
 * @param key the same for rows that belong together: a position of the source, or the hash of an
 *     event id or a stream
 * @param position in the row's own store
 * @param later the source's, above what is compared: it may be in the target already
 * @param values what is compared, as text
 */
record Row(
        String key,
        long position,
        String eventId,
        String stream,
        Long version,
        boolean later,
        String[] values) {

    boolean sameValues(Row other) {
        return Arrays.equals(values, other.values);
    }
}
