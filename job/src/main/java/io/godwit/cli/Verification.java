package io.godwit.cli;

import io.godwit.job.ChainPlan;
import io.godwit.job.ChainPreflight;
import io.godwit.job.Past;
import io.godwit.job.PlannedMigration;
import io.godwit.job.Repaired;
import io.godwit.job.Verdict;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.spec.MigrationSpec;
import io.godwit.verify.Level;
import io.godwit.verify.Tally;
import java.sql.SQLException;
import java.util.Optional;

/** Compares source and target as the migration's kind does it, and records the verdict. */
final class Verification {

    private final FlinkOption flink;
    private final MigrationSpec spec;
    private final LedgerDatabase database;

    Verification(FlinkOption flink, MigrationSpec spec, LedgerDatabase database) {
        this.flink = flink;
        this.spec = spec;
        this.database = database;
    }

    /** For the cutover of a chain, with what the ledger knows now. */
    Verdict run(Level level, ChainPreflight preflight) throws Exception {
        return run(level, new ChainPlan(spec, preflight, past()));
    }

    Verdict run(Level level, PlannedMigration plan) throws Exception {
        Verdict verdict = plan.verify(level, new Comparison(flink, spec.parallelism()));
        record(level, verdict.tally());
        return verdict;
    }

    void repair(PlannedMigration plan, Console console) throws Exception {
        Repaired repaired = plan.repair();
        if (database.exists()) {
            try (Ledger ledger = new Ledger(database)) {
                Optional<MigrationRow> row = ledger.find(spec.name());
                if (row.isPresent()) {
                    ledger.audit(row.get().id(), "REPAIRED", repaired.toString());
                }
            }
        }
        console.line("Before: " + repaired.found());
        console.line("Repaired: " + repaired.done());
    }

    /** What the ledger knows; a ledger that cannot be reached ends the command. */
    Past past() throws SQLException {
        return database.exists() ? Preflight.past(database, spec) : Past.NONE;
    }

    private void record(Level level, Tally tally) throws SQLException {
        if (!database.exists()) {
            return;
        }
        try (Ledger ledger = new Ledger(database)) {
            Optional<MigrationRow> row = ledger.find(spec.name());
            if (row.isPresent()) {
                ledger.verified(
                        row.get().id(),
                        level.name(),
                        tally.matched(),
                        tally.compared(),
                        tally.missing() + tally.different(),
                        tally.matched()
                                ? tally.compared() + " events match"
                                : String.join(" | ", tally.named().stream().limit(5).toList()));
            }
        }
    }
}
