package io.godwit.testkit;

import io.godwit.ledger.LedgerDatabase;

/** Ledgers beside whatever a database has. */
public final class Ledgers {

    private Ledgers() {}

    /** With its tables. */
    public static LedgerDatabase in(PostgresDatabase database) {
        LedgerDatabase ledger = of(database);
        ledger.migrate();
        return ledger;
    }

    /** Whatever the database has. */
    public static LedgerDatabase of(PostgresDatabase database) {
        return new LedgerDatabase(database.url(), database.user(), database.password());
    }
}
