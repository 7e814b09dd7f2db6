package io.godwit.connector.postgres;

import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Sends rows in PostgreSQL's binary format in one COPY: header, rows, trailer, and the server's
 * count against ours. A row is its field count and its fields, as the manual's page on COPY has it.
 */
public final class BinaryCopy implements AutoCloseable {

    /** The signature (11 bytes), the flags and the length of the header's extension, both 0. */
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private static final byte[] TRAILER = {(byte) 0xFF, (byte) 0xFF};

    private static final int CHUNK = 1 << 16;

    private final CopyIn copy;
    private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(2 * CHUNK);
    private long sent;

    private BinaryCopy(CopyIn copy) {
        this.copy = copy;
        chunk.writeBytes(HEADER);
    }

    /**
     * @param into table and columns, as after COPY
     */
    static BinaryCopy into(Connection connection, String into) throws SQLException {
        return new BinaryCopy(
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY " + into + " FROM STDIN (FORMAT binary)"));
    }

    /**
     * Each row in an array of its own.
     *
     * @param into table and columns, as after COPY
     */
    public static void send(Connection connection, String into, List<byte[]> rows)
            throws SQLException {
        try (BinaryCopy copy = into(connection, into)) {
            for (byte[] row : rows) {
                copy.write(row, row.length, 1);
            }
            copy.end();
        }
    }

    /**
     * @param bytes begin with so many rows in so many bytes
     */
    void write(byte[] bytes, int length, long rows) throws SQLException {
        sent += rows;
        if (length >= CHUNK) {
            flush();
            copy.writeToCopy(bytes, 0, length);
            return;
        }
        chunk.write(bytes, 0, length);
        if (chunk.size() >= CHUNK) {
            flush();
        }
    }

    private void flush() throws SQLException {
        copy.writeToCopy(chunk.toByteArray(), 0, chunk.size());
        chunk.reset();
    }

    void end() throws SQLException {
        chunk.writeBytes(TRAILER);
        flush();
        long copied = copy.endCopy();
        if (copied != sent) {
            throw new SQLException("COPY took " + copied + " of " + sent + " rows");
        }
    }

    /** Cancels what did not come to its end, so that the session can be used again. */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }
}
