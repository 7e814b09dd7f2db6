package io.godwit.connector.postgres.eventstore;

import io.godwit.model.LogEvent;

/**
 * One row of an event table on its way, as PostgreSQL's binary COPY has it: the field count and the
 * fields, untouched, the position first. Or a mark: no row, but the word that every row of the
 * migrated tenants up to {@code sequence} has come before.
 *
 * @param sequence the position in the source
 * @param row null for a mark
 * @param live true when the tail read it
 */
public record StoredEvent(long sequence, byte[] row, boolean live) implements LogEvent {

    static StoredEvent mark(long through, boolean live) {
        return new StoredEvent(through, null, live);
    }

    /** A store has one log. */
    @Override
    public int tag() {
        return 0;
    }

    @Override
    public boolean isMark() {
        return row == null;
    }
}
