package io.godwit.connector.postgres.replication;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.replication.LogSequenceNumber;

/** Where the write-ahead log of a server ends. Used by one thread, that of its connection. */
public final class WalPosition {

    private static final int PAGE_HEADER = 24;
    private static final int SEGMENT_HEADER = 40;

    private final Connection connection;
    private final long page;
    private final long segment;

    public WalPosition(Connection connection) throws SQLException {
        this.connection = connection;
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT CAST(current_setting('wal_block_size') AS bigint),"
                                        + " pg_size_bytes(current_setting('wal_segment_size'))")) {
            row.next();
            this.page = row.getLong(1);
            this.segment = row.getLong(2);
        }
    }

    /**
     * Every record of now ends at or before it, also those of commits that are visible and not
     * flushed; and a stream that has got all these has got that far.
     */
    public long end() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()")) {
            row.next();
            return endOfRecord(LogSequenceNumber.valueOf(row.getString(1)).asLong(), page, segment);
        }
    }

    /**
     * Where the next record would begin, as the end of the last one: behind a full page the server
     * has passed the next page's header, but no record has.
     */
    static long endOfRecord(long insert, long page, long segment) {
        long header = insert % segment < page ? SEGMENT_HEADER : PAGE_HEADER;
        return insert % page == header ? insert - header : insert;
    }
}
