package io.godwit.cli;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.spec.LedgerSpec;
import java.sql.SQLException;
import picocli.CommandLine.Option;

/** How a command that names a migration finds the ledger. */
final class LedgerOption {

    @Option(
            names = "--ledger",
            paramLabel = "URL",
            description =
                    "JDBC URL of the ledger's database. Default: GODWIT_LEDGER_URL; user and password"
                            + " from GODWIT_LEDGER_USER and GODWIT_LEDGER_PASSWORD.")
    private String url;

    @Option(names = "--spec", paramLabel = "SPEC", description = "A spec whose ledger is meant.")
    private String spec;

    LedgerDatabase database() {
        if (spec != null) {
            return of(SpecFile.read(spec).spec().ledger());
        }
        String location = url != null ? url : System.getenv("GODWIT_LEDGER_URL");
        if (location == null) {
            throw CommandException.usage(
                    "Where is the ledger? Give --ledger URL, --spec SPEC or GODWIT_LEDGER_URL");
        }
        return new LedgerDatabase(
                location,
                System.getenv("GODWIT_LEDGER_USER"),
                System.getenv("GODWIT_LEDGER_PASSWORD"));
    }

    static LedgerDatabase of(LedgerSpec ledger) {
        return new LedgerDatabase(
                ledger.url(),
                ledger.user(),
                ledger.password() == null ? null : ledger.password().reveal());
    }

    /** Opens an existing ledger. */
    static Ledger open(LedgerDatabase database) throws SQLException {
        if (!database.exists()) {
            throw CommandException.refused(
                    "There is no ledger in " + database + "; 'godwit migrate SPEC' creates it");
        }
        return new Ledger(database);
    }

    static MigrationRow find(Ledger ledger, String name) throws SQLException {
        return ledger.find(name)
                .orElseThrow(
                        () ->
                                CommandException.refused(
                                        "The ledger knows no migration "
                                                + name
                                                + "; 'godwit list'"));
    }
}
