package io.godwit.cli;

import io.godwit.control.RunningJob;
import io.godwit.job.Kinds;
import io.godwit.job.Past;
import io.godwit.job.PlannedMigration;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.model.Finding;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that is looked at before a migration starts: the stores, and the ledger.
 *
 * @param plan what the stores say, and what follows from it
 * @param running whether a job runs this migration now
 */
record Preflight(List<Finding> findings, PlannedMigration plan, boolean running) {

    static Preflight of(MigrationSpec spec) {
        LedgerDatabase database = LedgerOption.of(spec.ledger());
        List<Finding> ledger = new ArrayList<>();
        Past past = look(database, spec, ledger);
        PlannedMigration plan = Kinds.plan(spec, past);
        List<Finding> findings = new ArrayList<>(plan.findings());
        findings.addAll(ledger);
        return new Preflight(List.copyOf(findings), plan, past.running());
    }

    private static Past look(LedgerDatabase database, MigrationSpec spec, List<Finding> findings) {
        try {
            if (!database.exists()) {
                findings.add(
                        Finding.note(
                                "ledger in " + database + ": will be created (schema godwit)"));
                return Past.NONE;
            }
            Past past = past(database, spec);
            findings.add(
                    past.running()
                            ? Finding.problem(
                                    "the migration " + spec.name() + " is running already",
                                    "'godwit status " + spec.name() + "' shows where")
                            : Finding.good("ledger in " + database));
            return past;
        } catch (SQLException e) {
            findings.add(
                    Finding.unreachable(
                            "the ledger in " + database + ": " + e.getMessage(),
                            "check ledger.url, ledger.user and ledger.password"));
            return Past.NONE;
        }
    }

    /** What an existing ledger knows. */
    static Past past(LedgerDatabase database, MigrationSpec spec) throws SQLException {
        try (Ledger ledger = new Ledger(database)) {
            Past past = Past.read(ledger, spec.name(), Kinds.claims(spec));
            return RunningJob.of(ledger, spec.name()) ? past.withJob() : past;
        }
    }

    boolean ready() {
        return findings.stream().noneMatch(Finding::stops);
    }

    int exitCode() {
        return ready() ? ExitCode.DONE : refusal(findings);
    }

    /** What a command ends with that these findings have stopped. */
    static int refusal(List<Finding> findings) {
        return findings.stream().anyMatch(f -> f.weight() == Finding.Weight.UNREACHABLE)
                ? ExitCode.UNREACHABLE
                : ExitCode.REFUSED;
    }
}
