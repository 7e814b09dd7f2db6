package io.godwit.job;

import io.godwit.connector.postgres.PostgresConnections;
import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.connector.postgres.eventstore.companion.Checkpoint;
import io.godwit.connector.postgres.eventstore.companion.CompanionFindings;
import io.godwit.connector.postgres.eventstore.companion.ControlTablesCheck;
import io.godwit.connector.postgres.eventstore.companion.SubscriptionTranslation;
import io.godwit.model.Finding;
import io.godwit.model.MigrationException;
import io.godwit.spec.LedgerSpec;
import io.godwit.spec.MigrationSpec;
import io.godwit.spec.TenantOptions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What a plan says of everything that is not an event but goes along with them, or does not. */
final class TenantCompanions {

    private final MigrationSpec spec;
    private final TenantSurvey survey;

    TenantCompanions(MigrationSpec spec, TenantSurvey survey) {
        this.spec = spec;
        this.survey = survey;
    }

    List<Finding> findings() {
        TenantOptions options = spec.tenant();
        List<Finding> findings = new ArrayList<>();
        if (survey.source() != null && survey.source().exists() && survey.target() != null) {
            findings.addAll(
                    CompanionFindings.of(
                            survey.source(),
                            survey.target(),
                            options.migrateSubscriptions() ? options.subscriptions() : List.of(),
                            options.snapshots()));
        }
        LedgerSpec ledger = spec.ledger();
        try (Connection connection =
                PostgresConnections.open(
                        ledger.url(), ledger.user(), ledger.password(), spec.name())) {
            findings.addAll(
                    new ControlTablesCheck(
                                    ((PostgresEventStoreSpec) spec.source()).storeId(),
                                    ((PostgresEventStoreSpec) spec.target()).storeId(),
                                    spec.name())
                            .check(connection, options.tenants()));
        } catch (SQLException e) {
            findings.add(
                    Finding.unreachable(
                            "eventsource-py's control tables in the ledger's database: "
                                    + e.getMessage(),
                            "check ledger.url, ledger.user and ledger.password"));
        }
        return findings;
    }

    /** The dry run of the subscriptions' translation, as the stores are now. */
    List<String> lines(TenantPlacing placing) {
        TenantOptions options = spec.tenant();
        if (!options.migrateSubscriptions()
                || options.subscriptions().isEmpty()
                || !survey.targetExists()
                || !survey.source().companions().checkpoints()) {
            return List.of();
        }
        try {
            return new SubscriptionTranslation(
                            (PostgresEventStoreSpec) spec.source(),
                            (PostgresEventStoreSpec) spec.target(),
                            options.subscriptions(),
                            options.tenants(),
                            placing.kept() == null
                                    ? OptionalLong.empty()
                                    : placing.kept().keptOffset(),
                            spec.name())
                    .plan(survey.last()).stream().map(TenantCompanions::line).toList();
        } catch (SQLException e) {
            throw MigrationException.transientFailure(
                    "subscriptions", "Planning the subscriptions failed: " + e.getMessage(), e);
        }
    }

    private static String line(Checkpoint checkpoint) {
        return "subscription "
                + checkpoint.name()
                + ": "
                + checkpoint.outcome()
                + (checkpoint.to().isPresent() ? " to position " + checkpoint.to().getAsLong() : "")
                + (checkpoint.why().isEmpty() ? "" : "; " + checkpoint.why());
    }
}
