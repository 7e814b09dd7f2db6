package io.godwit.cli;

import io.godwit.job.ChainPreflight;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.RunLock;
import io.godwit.model.Finding;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that is looked at before a migration starts: the stores, and the ledger.
 *
 * @param chain what the stores say
 */
record Preflight(List<Finding> findings, ChainPreflight chain) {

    static Preflight of(MigrationSpec spec) {
        ChainPreflight chain = ChainPreflight.of(spec);
        List<Finding> findings = new ArrayList<>(chain.findings());
        findings.add(ledger(spec));
        return new Preflight(List.copyOf(findings), chain);
    }

    private static Finding ledger(MigrationSpec spec) {
        LedgerDatabase database = LedgerOption.of(spec.ledger());
        try {
            if (!database.exists()) {
                return Finding.note("ledger in " + database + ": will be created (schema godwit)");
            }
            try (Ledger ledger = new Ledger(database)) {
                return RunLock.isTaken(ledger, spec.name())
                        ? Finding.problem(
                                "the migration " + spec.name() + " is running already",
                                "'godwit status " + spec.name() + "' shows where")
                        : Finding.good("ledger in " + database);
            }
        } catch (SQLException e) {
            return Finding.unreachable(
                    "the ledger in " + database + ": " + e.getMessage(),
                    "check ledger.url, ledger.user and ledger.password");
        }
    }

    boolean ready() {
        return findings.stream().noneMatch(Finding::stops);
    }

    int exitCode() {
        if (ready()) {
            return ExitCode.DONE;
        }
        return findings.stream().anyMatch(f -> f.weight() == Finding.Weight.UNREACHABLE)
                ? ExitCode.UNREACHABLE
                : ExitCode.REFUSED;
    }
}
