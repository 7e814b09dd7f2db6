package io.godwit.connector.postgres.replication;

import java.time.Instant;
import java.util.List;

/** What the plugin pgoutput tells of inserts, in version 1 of its protocol. */
public sealed interface PgOutputMessage {

    /**
     * A committed transaction begins; its changes follow, and then its {@link Commit}.
     *
     * @param commitLsn where its commit record is
     */
    record Begin(long commitLsn, Instant committedAt, long transaction)
            implements PgOutputMessage {}

    /**
     * @param endLsn the end of the commit record: everything that was committed before has come
     */
    record Commit(long commitLsn, long endLsn, Instant committedAt) implements PgOutputMessage {}

    /** Comes before the first change of a table, and again when the table has changed. */
    record Relation(int id, String schema, String table, List<Column> columns)
            implements PgOutputMessage {

        public Relation {
            columns = List.copyOf(columns);
        }

        public String name() {
            return schema.isEmpty() ? table : schema + "." + table;
        }
    }

    /**
     * @param type oid of its type
     */
    record Column(String name, int type) {}

    /**
     * @param relation the {@link Relation} it is a row of
     */
    record Insert(int relation, Tuple row) implements PgOutputMessage {}

    /** A type that is not built in, before a table that has it. */
    record Type(int id, String schema, String name) implements PgOutputMessage {}

    /** The transaction was replicated from elsewhere. */
    record Origin(long commitLsn, String name) implements PgOutputMessage {}
}
