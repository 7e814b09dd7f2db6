package io.godwit.connector.postgres.eventstore.companion;

import static io.godwit.connector.postgres.eventstore.companion.ControlDatabase.ID;
import static io.godwit.connector.postgres.eventstore.companion.ControlDatabase.TENANT;
import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.Finding;
import io.godwit.model.Finding.Weight;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.TenantStores;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a plan says of the control tables. */
final class ControlTablesCheckITCase {

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private ControlDatabase tables;

    @BeforeEach
    void create() throws SQLException {
        tables = new ControlDatabase(STORES);
    }

    @AfterEach
    void close() throws SQLException {
        tables.close();
    }

    private List<Finding> check(String... tenants) throws SQLException {
        return new ControlTablesCheck("shared", "dedicated", "move")
                .check(tables.session(), List.of(tenants));
    }

    private List<Finding> problems() throws SQLException {
        return check(TENANT.toString()).stream().filter(Finding::stops).toList();
    }

    @Test
    void tablesThatAreThereWillBeKeptTrue() throws SQLException {
        List<Finding> findings = check(TENANT.toString());
        assertThat(findings).noneMatch(Finding::stops);
        assertThat(findings.get(0).weight()).isEqualTo(Weight.GOOD);
        assertThat(findings.get(0).what())
                .contains("schema public", "tenant_migrations, tenant_routing, migration_audit_log")
                .contains("cutover:<tenant>");
        assertThat(findings).anyMatch(f -> f.what().contains("for 5 s"));
    }

    @Test
    void absenceIsTold() throws SQLException {
        PostgresDatabase empty = STORES.newDatabase();
        try (Connection connection = empty.connect()) {
            assertThat(
                            new ControlTablesCheck("shared", "dedicated", "move")
                                    .check(connection, List.of(TENANT.toString())))
                    .singleElement()
                    .satisfies(
                            finding -> {
                                assertThat(finding.weight()).isEqualTo(Weight.NOTE);
                                assertThat(finding.what()).contains("ledger.url");
                            });
        }
    }

    @Test
    void migrationOfEventsourceItselfIsInTheWay() throws SQLException {
        tables.following();
        assertThat(problems()).isEmpty();
        assertThat(check(TENANT.toString())).anyMatch(f -> f.what().contains("which is this one"));
        tables.run("UPDATE public.tenant_migrations SET created_by = 'operator@example.com'");
        assertThat(problems())
                .singleElement()
                .satisfies(
                        finding -> {
                            assertThat(finding.what()).contains(ID + " from store shared");
                            assertThat(finding.remedy()).contains("abort it");
                        });
        tables.run("UPDATE public.tenant_migrations SET phase = 'aborted'");
        assertThat(problems()).isEmpty();
    }

    @Test
    void routeToAnotherStoreIsAProblem() throws SQLException {
        tables.run(
                "INSERT INTO public.tenant_routing (tenant_id, store_id) VALUES ('"
                        + TENANT
                        + "', 'pg:main')");
        assertThat(problems())
                .singleElement()
                .satisfies(f -> assertThat(f.what()).contains("in store pg:main, not in shared"));
        tables.run("UPDATE public.tenant_routing SET store_id = 'dedicated'");
        assertThat(problems())
                .singleElement()
                .satisfies(f -> assertThat(f.remedy()).contains("moved already"));
    }

    @Test
    void tenantThatIsNoUuidIsTold() throws SQLException {
        assertThat(check("acme"))
                .anyMatch(f -> f.weight() == Weight.NOTE && f.what().contains("acme is no UUID"));
    }

    @Test
    void missingRightsAreAProblem() throws SQLException {
        String role = "reader_" + UUID.randomUUID().toString().replace("-", "");
        tables.run("CREATE ROLE " + role);
        tables.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + role);
        tables.run("SET ROLE " + role);
        assertThat(problems())
                .hasSize(2)
                .allSatisfy(f -> assertThat(f.remedy()).contains("GRANT SELECT, INSERT, UPDATE"));
    }

    @Test
    void versionsAreTold() throws SQLException {
        tables.run("ALTER TABLE public.tenant_migrations DROP COLUMN last_source_position_token");
        tables.run("DROP TABLE public.migration_audit_log");
        assertThat(check())
                .anyMatch(f -> f.what().contains("before 0.8"))
                .anyMatch(f -> f.what().contains("no migration_audit_log"));
    }
}
