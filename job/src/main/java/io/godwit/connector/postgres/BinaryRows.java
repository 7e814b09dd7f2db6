package io.godwit.connector.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Rows in PostgreSQL's binary COPY format, collected in memory and sent in one {@link BinaryCopy}:
 * per field its length and its bytes in network order.
 */
final class BinaryRows {

    private byte[] bytes = new byte[1 << 16];
    private int size;
    private long rows;

    BinaryRows row(int fields) {
        rows++;
        return int2Raw(fields);
    }

    BinaryRows int2(int value) {
        return int4Raw(Short.BYTES).int2Raw(value);
    }

    BinaryRows int4(int value) {
        return int4Raw(Integer.BYTES).int4Raw(value);
    }

    BinaryRows int8(long value) {
        int4Raw(Long.BYTES);
        room(Long.BYTES);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    BinaryRows bool(boolean value) {
        int4Raw(1);
        room(1);
        bytes[size++] = (byte) (value ? 1 : 0);
        return this;
    }

    /** Text, varchar or an enum's label. */
    BinaryRows text(String value) {
        if (value == null) {
            return nothing();
        }
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        int4Raw(utf8.length);
        write(utf8);
        return this;
    }

    BinaryRows nothing() {
        return int4Raw(-1);
    }

    private BinaryRows int2Raw(int value) {
        room(Short.BYTES);
        bytes[size++] = (byte) (value >>> 8);
        bytes[size++] = (byte) value;
        return this;
    }

    private BinaryRows int4Raw(int value) {
        room(Integer.BYTES);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[size++] = (byte) (value >>> shift);
        }
        return this;
    }

    private void write(byte[] more) {
        room(more.length);
        System.arraycopy(more, 0, bytes, size, more.length);
        size += more.length;
    }

    private void room(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    /**
     * Sends the rows.
     *
     * @param into table and columns, as after COPY
     */
    void copy(Connection connection, String into) throws SQLException {
        if (rows == 0) {
            return;
        }
        try (BinaryCopy copy = BinaryCopy.into(connection, into)) {
            copy.write(bytes, size, rows);
            copy.end();
        }
    }
}
