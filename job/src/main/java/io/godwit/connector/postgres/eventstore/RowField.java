package io.godwit.connector.postgres.eventstore;

import java.nio.ByteBuffer;

/** Fields of a row of binary COPY; the position is the first one, an int8 or an int4. */
final class RowField {

    private static final int LENGTH_AT = Short.BYTES;
    private static final int VALUE_AT = LENGTH_AT + Integer.BYTES;

    private RowField() {}

    static long position(byte[] row) {
        ByteBuffer buffer = ByteBuffer.wrap(row);
        return switch (buffer.getInt(LENGTH_AT)) {
            case Long.BYTES -> buffer.getLong(VALUE_AT);
            case Integer.BYTES -> buffer.getInt(VALUE_AT);
            default ->
                    throw new IllegalStateException(
                            "A position of " + buffer.getInt(LENGTH_AT) + " bytes");
        };
    }

    /** The row at another position; the same row when the offset is 0. */
    static byte[] moved(byte[] row, long offset) {
        if (offset == 0) {
            return row;
        }
        byte[] moved = row.clone();
        long position = Math.addExact(position(row), offset);
        ByteBuffer buffer = ByteBuffer.wrap(moved);
        if (buffer.getInt(LENGTH_AT) == Long.BYTES) {
            buffer.putLong(VALUE_AT, position);
        } else {
            buffer.putInt(VALUE_AT, Math.toIntExact(position));
        }
        return moved;
    }

    /** The row with one more field, an int8. */
    static byte[] appended(byte[] row, long value) {
        ByteBuffer longer = ByteBuffer.allocate(row.length + Integer.BYTES + Long.BYTES);
        longer.put(row).putInt(Long.BYTES).putLong(value);
        longer.putShort(0, (short) (longer.getShort(0) + 1));
        return longer.array();
    }
}
