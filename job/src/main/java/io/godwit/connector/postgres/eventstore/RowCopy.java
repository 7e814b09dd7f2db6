package io.godwit.connector.postgres.eventstore;

import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Sends rows as they came out of a binary COPY into another one. */
final class RowCopy {

    /** The signature, no flags, no header extension: the manual's page on COPY. */
    private static final byte[] HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };

    private static final byte[] TRAILER = {(byte) 0xFF, (byte) 0xFF};

    private static final int CHUNK = 1 << 16;

    private RowCopy() {}

    /**
     * @param into table and columns, as after COPY
     */
    static void send(Connection connection, String into, List<byte[]> rows) throws SQLException {
        CopyIn copy =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY " + into + " FROM STDIN (FORMAT binary)");
        try {
            ByteArrayOutputStream chunk = new ByteArrayOutputStream(2 * CHUNK);
            chunk.writeBytes(HEADER);
            for (byte[] row : rows) {
                chunk.writeBytes(row);
                if (chunk.size() >= CHUNK) {
                    copy.writeToCopy(chunk.toByteArray(), 0, chunk.size());
                    chunk.reset();
                }
            }
            chunk.writeBytes(TRAILER);
            copy.writeToCopy(chunk.toByteArray(), 0, chunk.size());
            long copied = copy.endCopy();
            if (copied != rows.size()) {
                throw new SQLException("COPY took " + copied + " of " + rows.size() + " rows");
            }
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }
}
