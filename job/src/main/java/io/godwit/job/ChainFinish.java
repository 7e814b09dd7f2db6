package io.godwit.job;

import io.godwit.connector.dynamodb.ChainstorageDynamoDbSpec;
import io.godwit.connector.postgres.AppliedLog;
import io.godwit.connector.postgres.ChainPublication;
import io.godwit.connector.postgres.ChainstoragePostgresSpec;
import io.godwit.connector.postgres.PostgresConnections;
import io.godwit.ledger.Ledger;
import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.port.StopForGood;
import io.godwit.spec.MigrationSpec;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/**
 * The end of a bounded chain migration: publishes the target and completes the migration, when the
 * target has what was asked for. A run that was drained before its end publishes nothing.
 *
 * @param heads the source's heads when the run was submitted: the least it has to reach
 */
record ChainFinish(MigrationSpec spec, Run run, Map<Integer, Long> heads)
        implements ProgressOperator.Finish {

    @Override
    public void atEnd() {
        ChainstorageDynamoDbSpec source = (ChainstorageDynamoDbSpec) spec.source();
        ChainstoragePostgresSpec target = (ChainstoragePostgresSpec) spec.target();
        try {
            if (!complete(source, target)) {
                return;
            }
            try (Ledger ledger = new Ledger(run.ledger())) {
                ledger.audit(run.migrationId(), "COPIED", "every event asked for is applied");
            }
            new ChainPublication(target, spec.name()).publish(source.eventTags());
            try (Ledger ledger = new Ledger(run.ledger())) {
                ledger.audit(run.migrationId(), "PUBLISHED", "watermark and sequence");
                ledger.advance(
                        run.migrationId(), Phase.COMPLETED, "copied to the end and published");
            }
        } catch (SQLException e) {
            throw MigrationException.transientFailure(
                    "ledger", "Completing the migration failed: " + e.getMessage(), e);
        } catch (MigrationException e) {
            Failures.record(run, e);
            throw StopForGood.orRetry(e);
        }
    }

    private boolean complete(ChainstorageDynamoDbSpec source, ChainstoragePostgresSpec target)
            throws SQLException {
        try (Connection connection =
                        PostgresConnections.open(
                                target.url(), target.user(), target.password(), spec.name());
                Ledger ledger = new Ledger(run.ledger())) {
            for (int tag : source.eventTags()) {
                long applied = AppliedLog.read(connection, tag).firstMissing() - 1;
                long asked = Math.min(heads.get(tag), spec.end());
                if (applied < asked) {
                    ledger.audit(
                            run.migrationId(),
                            "DRAINED",
                            "event tag "
                                    + tag
                                    + " is applied through "
                                    + applied
                                    + " of "
                                    + asked
                                    + "; nothing is published");
                    return false;
                }
            }
            return true;
        }
    }
}
