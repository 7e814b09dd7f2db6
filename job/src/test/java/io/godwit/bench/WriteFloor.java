package io.godwit.bench;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import org.postgresql.PGConnection;

/**
 * What the target takes from a bare COPY: the rows of a finished copy, into the same tables with
 * the same indexes in another database, one COPY a table, parents first.
 */
final class WriteFloor {

    private static final List<String> TABLES =
            List.of("block_metadata", "block_events", "canonical_blocks");

    private WriteFloor() {}

    /** Events per second. */
    static double measure(Connection from, Connection to, long events, Path scratch)
            throws Exception {
        for (String table : TABLES) {
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(scratch.resolve(table)))) {
                from.unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("COPY " + table + " TO STDOUT (FORMAT binary)", out);
            }
        }
        long start = System.nanoTime();
        for (String table : TABLES) {
            try (InputStream in =
                    new BufferedInputStream(Files.newInputStream(scratch.resolve(table)))) {
                to.unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY " + table + " FROM STDIN (FORMAT binary)", in, 1 << 16);
            }
        }
        return events / ((System.nanoTime() - start) / 1e9);
    }
}
