package io.godwit.connector.postgres.eventstore;

import io.godwit.model.LogEvent;

/**
 * One row of an event table on its way, as PostgreSQL's binary COPY has it: the field count and the
 * fields, untouched, the position first. Or a mark: no row, but the word that every row of the
 * migrated tenants up to {@code sequence} has come before.
 *
 * @param sequence the position in the source; 0 for a row that comes ahead of its turn
 * @param row null for a mark
 * @param live true when the tail read it
 */
public record StoredEvent(long sequence, byte[] row, boolean live) implements LogEvent {

    private static final long AHEAD = 0;

    static StoredEvent mark(long through, boolean live) {
        return new StoredEvent(through, null, live);
    }

    /** A row of a tail before all lower positions are final. */
    static StoredEvent ahead(byte[] row) {
        return new StoredEvent(AHEAD, row, true);
    }

    @Override
    public boolean isAhead() {
        return sequence == AHEAD && !isMark();
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
