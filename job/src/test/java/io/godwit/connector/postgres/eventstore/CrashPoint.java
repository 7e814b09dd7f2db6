package io.godwit.connector.postgres.eventstore;

import java.sql.SQLException;

/** Where the target's session ends itself, each time the first of two attempts comes there. */
enum CrashPoint {
    /** The rows are in the table, uncommitted. */
    AFTER_ROWS("AFTER INSERT ON {table} FOR EACH STATEMENT"),
    /** Rows and applied-through are written, uncommitted. */
    AFTER_APPLIED_THROUGH("AFTER INSERT ON godwit.applied_through FOR EACH STATEMENT"),
    /** The COMMIT has arrived and is not done. */
    AT_COMMIT(
            "AFTER INSERT OR UPDATE ON godwit.applied_through DEFERRABLE INITIALLY DEFERRED"
                    + " FOR EACH ROW");

    private final String when;

    CrashPoint(String when) {
        this.when = when;
    }

    /** A sequence tells the attempts apart, for it is not rolled back. */
    void install(TenantFlow flow) throws SQLException {
        flow.inTarget(
                "CREATE SEQUENCE public.attempts",
                """
                CREATE FUNCTION public.crash() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF nextval('public.attempts') % 2 = 1 THEN
                        PERFORM pg_terminate_backend(pg_backend_pid());
                        PERFORM pg_sleep(10);
                    END IF;
                    RETURN NULL;
                END $$
                """,
                "CREATE "
                        + (this == AT_COMMIT ? "CONSTRAINT " : "")
                        + "TRIGGER crash "
                        + when
                        + " EXECUTE FUNCTION public.crash()");
    }
}
