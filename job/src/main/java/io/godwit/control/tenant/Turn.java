package io.godwit.control.tenant;

import io.godwit.control.JobStop;
import io.godwit.control.RunningJob;
import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.ledger.Switches;
import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The migration that a cutover or a rollback turns round, and what is done alike whichever it is.
 * Used by one thread, that of the ledger.
 *
 * @param row the migration as it is when the command begins
 * @param next starts the flow that follows
 * @param out what people are told, by lines
 * @param patience longest wait for each condition before the switch
 * @param savepointDirectory null for the cluster's own
 */
public record Turn(
        Ledger ledger,
        LedgerDatabase database,
        MigrationRow row,
        MigrationSpec spec,
        NextFlow next,
        Consumer<String> out,
        Duration patience,
        String savepointDirectory) {

    void say(String line) {
        out.accept(line);
    }

    void audit(String action, String detail) throws SQLException {
        ledger.audit(row.id(), action, detail);
    }

    void advance(Phase to, String detail) throws SQLException {
        ledger.advance(row.id(), to, detail);
    }

    Switches switches() {
        return new Switches(ledger);
    }

    boolean jobRuns() throws SQLException {
        return RunningJob.of(ledger, spec.name());
    }

    void stopJob() throws SQLException {
        if (jobRuns()) {
            say("The job is stopped: " + new JobStop(ledger, row).end(savepointDirectory));
        }
    }
}
