package io.godwit.connector.postgres.eventstore;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Cuts the stream of a binary COPY TO STDOUT into rows, however the server cut it into messages. A
 * row is its field count and its fields (length and bytes, length -1 for NULL); the format is that
 * of the manual's page on COPY.
 */
final class BinaryRowReader {

    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0
    };

    /** The signature, the flags and the length of the header's extension. */
    private static final int HEADER = SIGNATURE.length + 4 + 4;

    private byte[] bytes = new byte[0];
    private int at;
    private boolean started;
    private boolean ended;

    /** The next message of the server. */
    void feed(byte[] message) {
        if (at == bytes.length) {
            bytes = message;
        } else {
            byte[] joined = Arrays.copyOfRange(bytes, at, bytes.length + message.length);
            System.arraycopy(message, 0, joined, bytes.length - at, message.length);
            bytes = joined;
        }
        at = 0;
    }

    /** The next whole row, or null when more must be fed or the stream has ended. */
    byte[] next() throws SQLException {
        if (!started && !header()) {
            return null;
        }
        int end = endOfRow();
        if (end < 0) {
            return null;
        }
        byte[] row = at == 0 && end == bytes.length ? bytes : Arrays.copyOfRange(bytes, at, end);
        at = end;
        return row;
    }

    /** True once the trailer was seen: a stream without one was cut off. */
    boolean ended() {
        return ended;
    }

    private boolean header() throws SQLException {
        if (bytes.length - at < HEADER) {
            return false;
        }
        if (!Arrays.equals(bytes, at, at + SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
            throw new SQLException("The server's answer is no binary COPY");
        }
        int extension = ByteBuffer.wrap(bytes).getInt(at + HEADER - 4);
        if (bytes.length - at < HEADER + extension) {
            return false;
        }
        at += HEADER + extension;
        started = true;
        return true;
    }

    private int endOfRow() {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length - at < Short.BYTES) {
            return -1;
        }
        int fields = buffer.getShort(at);
        int end = at + Short.BYTES;
        if (fields < 0) {
            ended = true;
            at = bytes.length;
            return -1;
        }
        for (int i = 0; i < fields; i++) {
            if (bytes.length - end < Integer.BYTES) {
                return -1;
            }
            end += Integer.BYTES + Math.max(0, buffer.getInt(end));
            if (end > bytes.length) {
                return -1;
            }
        }
        return end;
    }
}
