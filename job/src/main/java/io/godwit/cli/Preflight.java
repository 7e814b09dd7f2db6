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
 * @param running whether a job runs this migration now
 */
record Preflight(List<Finding> findings, ChainPreflight chain, boolean running) {

    static Preflight of(MigrationSpec spec) {
        ChainPreflight chain = ChainPreflight.of(spec);
        List<Finding> findings = new ArrayList<>(chain.findings());
        LedgerDatabase database = LedgerOption.of(spec.ledger());
        boolean running = false;
        try {
            if (!database.exists()) {
                findings.add(
                        Finding.note(
                                "ledger in " + database + ": will be created (schema godwit)"));
            } else {
                running = isRunning(database, spec.name());
                findings.add(
                        running
                                ? Finding.problem(
                                        "the migration " + spec.name() + " is running already",
                                        "'godwit status " + spec.name() + "' shows where")
                                : Finding.good("ledger in " + database));
            }
        } catch (SQLException e) {
            findings.add(
                    Finding.unreachable(
                            "the ledger in " + database + ": " + e.getMessage(),
                            "check ledger.url, ledger.user and ledger.password"));
        }
        return new Preflight(List.copyOf(findings), chain, running);
    }

    private static boolean isRunning(LedgerDatabase database, String name) throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            return RunLock.isTaken(ledger, name);
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
