package io.godwit.cluster;

import io.godwit.ledger.Ledger;
import io.godwit.ledger.LedgerDatabase;
import io.godwit.ledger.MigrationRow;
import io.godwit.model.Phase;
import io.godwit.model.TagProgress;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantRows;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A migration of one tenant as its operator has it: a spec file whose secrets are references, the
 * environment that resolves them, the stores on two servers, and the ledger beside the source. Used
 * by one thread.
 */
record TenantClusterMigration(
        String name,
        String tenant,
        Path spec,
        Map<String, String> environment,
        PostgresDatabase source,
        PostgresDatabase target) {

    static final String FROM = "shared";
    static final String TO = "dedicated";

    private static final String SPEC =
            """
            name: %s
            kind: tenant
            tenants: ["%s"]
            source:
              type: postgres-event-store
              store_id: shared
              url: ${GODWIT_SOURCE_URL}
              user: ${GODWIT_USER}
              password: ${GODWIT_PASSWORD}
              event_store: eventsource-py
            target:
              type: postgres-event-store
              store_id: dedicated
              url: ${GODWIT_TARGET_URL}
              user: ${GODWIT_USER}
              password: ${GODWIT_PASSWORD}
              event_store: eventsource-py
              create_schema: true
            batch_size: 100
            checkpoint_interval: 300ms
            parallelism: 2
            """;

    private static final String MISPLACED =
            """
            SELECT event_id FROM (
                SELECT event_id, version, row_number() OVER (
                    PARTITION BY aggregate_id, aggregate_type ORDER BY global_position) AS place
                FROM events WHERE tenant_id = CAST(? AS uuid)) AS e
            WHERE version <> place
            """;

    /**
     * @param settings the spec's last lines
     */
    static TenantClusterMigration of(
            String name,
            String tenant,
            Path directory,
            PostgresDatabase source,
            PostgresDatabase target,
            String settings) {
        Map<String, String> environment =
                Map.of(
                        "GODWIT_SOURCE_URL", source.url(),
                        "GODWIT_TARGET_URL", target.url(),
                        "GODWIT_USER", source.user(),
                        "GODWIT_PASSWORD", source.password(),
                        "GODWIT_LEDGER_URL", source.url(),
                        "GODWIT_LEDGER_USER", source.user(),
                        "GODWIT_LEDGER_PASSWORD", source.password());
        try {
            Path spec =
                    Files.writeString(
                            directory.resolve(name + ".yaml"),
                            SPEC.formatted(name, tenant) + settings);
            return new TenantClusterMigration(name, tenant, spec, environment, source, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MigrationRow row() {
        return ask(ledger -> ledger.find(name).orElseThrow());
    }

    Phase phase() {
        return row().phase();
    }

    String job() {
        return row().jobId();
    }

    /** As of the last completed checkpoint. */
    long appliedThrough() {
        return ask(ledger -> ledger.progressOf(ledger.find(name).orElseThrow().id())).stream()
                .mapToLong(TagProgress::appliedThrough)
                .sum();
    }

    private interface Question<T> {
        T to(Ledger ledger) throws SQLException;
    }

    private <T> T ask(Question<T> question) {
        try (Ledger ledger =
                new Ledger(new LedgerDatabase(source.url(), source.user(), source.password()))) {
            return question.to(ledger);
        } catch (SQLException e) {
            throw new IllegalStateException("The ledger of " + name + " does not answer", e);
        }
    }

    /** Count and digest of the tenant's events in their order; positions do not matter. */
    String digest(PostgresDatabase store) {
        return TenantRows.digest(store, StoreVariant.CURRENT.mapping(), tenant);
    }

    List<String> rowsWithPositions(PostgresDatabase store) {
        return TenantRows.withPositions(store, StoreVariant.CURRENT.mapping(), tenant);
    }

    List<String> eventIds(PostgresDatabase store) {
        return strings(store, "SELECT event_id FROM events WHERE tenant_id = CAST(? AS uuid)");
    }

    /** Events that lie in their stream where their version does not say. */
    List<String> misplaced(PostgresDatabase store) {
        return strings(store, MISPLACED);
    }

    /** What a store's fence goes by: store id and state. */
    String route(PostgresDatabase store) {
        return String.join(
                "; ",
                strings(
                        store,
                        "SELECT store_id || ' ' || state FROM godwit.tenant_route"
                                + " WHERE tenant_id = ?"));
    }

    private List<String> strings(PostgresDatabase store, String sql) {
        try (Connection connection = store.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, tenant);
            List<String> values = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }
}
