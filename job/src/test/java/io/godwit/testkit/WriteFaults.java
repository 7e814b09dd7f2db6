package io.godwit.testkit;

/**
 * Counts the statements that write to chainstorage's tables, inside the server, and ends the
 * session of the one whose number was asked for, right after it wrote. The count does not go back
 * with a transaction. One per database.
 */
public final class WriteFaults {

    private final CopyHarness copy;

    public WriteFaults(CopyHarness copy) {
        this.copy = copy;
        copy.execute(
                """
                CREATE SEQUENCE test_writes;
                CREATE TABLE test_fault (at bigint);
                CREATE FUNCTION test_write() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('test_writes') = (SELECT max(at) FROM test_fault) THEN
                        PERFORM pg_terminate_backend(pg_backend_pid());
                    END IF;
                    RETURN NULL;
                END
                $$;
                """);
        for (String table : new String[] {"block_metadata", "block_events", "canonical_blocks"}) {
            copy.execute(
                    "CREATE TRIGGER test_write AFTER INSERT OR UPDATE OR DELETE ON "
                            + table
                            + " FOR EACH STATEMENT EXECUTE FUNCTION test_write()");
        }
    }

    /** Counts from the beginning; the session that writes as the n-th ends. */
    public void killAfter(long n) {
        restart();
        copy.execute("INSERT INTO test_fault VALUES (" + n + ")");
    }

    /** Counts from the beginning and ends no session. */
    public void restart() {
        copy.execute("TRUNCATE test_fault");
        copy.execute("ALTER SEQUENCE test_writes RESTART");
    }

    /** Statements counted since. */
    public long count() {
        return Long.parseLong(
                copy.query("SELECT last_value - (NOT is_called)::int FROM test_writes"));
    }
}
