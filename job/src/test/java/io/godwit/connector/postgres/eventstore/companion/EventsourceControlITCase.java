package io.godwit.connector.postgres.eventstore.companion;

import static io.godwit.connector.postgres.eventstore.companion.ControlDatabase.CONFIG;
import static io.godwit.connector.postgres.eventstore.companion.ControlDatabase.ID;
import static io.godwit.connector.postgres.eventstore.companion.ControlDatabase.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import java.util.OptionalLong;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** eventsource-py's control tables say what Godwit does. */
final class EventsourceControlITCase {

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

    @Test
    void wholeMigrationIsFollowed() throws SQLException {
        EventsourceControl control = tables.begun();
        assertThat(tables.route()).isEqualTo("shared normal -");
        assertThat(tables.migration("config->>'batch_size' || ' ' || created_by"))
                .isEqualTo("500 godwit/move");
        control.phase(ID, Phase.BULK_COPY);
        assertThat(tables.route()).isEqualTo("shared bulk_copy " + ID);
        control.phase(ID, Phase.DUAL_WRITE);
        assertThat(tables.route()).isEqualTo("shared dual_write " + ID);
        control.phase(ID, Phase.CUTOVER);
        assertThat(tables.route())
                .as("in cutover_paused its routers would raise an error")
                .isEqualTo("shared dual_write " + ID);
        control.switched(ID, "{\"pause_ms\": 12}");
        assertThat(tables.route()).isEqualTo("dedicated migrated " + ID);
        control.completed(ID);
        assertThat(tables.route()).isEqualTo("dedicated migrated " + ID);
        assertThat(tables.migration("phase")).isEqualTo("completed");
        assertThat(
                        tables.migration(
                                "started_at = bulk_copy_started_at AND bulk_copy_started_at <"
                                        + " bulk_copy_completed_at AND dual_write_started_at <"
                                        + " cutover_started_at AND cutover_started_at < completed_at"))
                .isEqualTo("t");
        assertThat(tables.audit())
                .isEqualTo(
                        "migration_started:pending phase_changed:pending:bulk_copy"
                                + " phase_changed:bulk_copy:dual_write"
                                + " cutover_initiated:dual_write:cutover cutover_completed:cutover"
                                + " migration_completed:cutover:completed");
    }

    @Test
    void repeatedStepsChangeNothing() throws SQLException {
        EventsourceControl control = tables.following();
        control.begin(ID, TENANT, "shared", "dedicated", CONFIG, "move");
        control.phase(ID, Phase.DUAL_WRITE);
        control.phase(ID, Phase.CUTOVER);
        control.phase(ID, Phase.CUTOVER);
        control.switched(ID, null);
        control.switched(ID, null);
        control.completed(ID);
        control.switched(ID, null);
        String audit = tables.audit();
        String times = tables.migration("tenant_migrations::text");
        control.completed(ID);
        assertThat(tables.audit()).isEqualTo(audit);
        assertThat(audit.split(" ")).hasSize(6);
        assertThat(tables.migration("tenant_migrations::text")).isEqualTo(times);
    }

    @Test
    void secondActiveMigrationOfATenantIsRefusedWithTheFirstOnesId() throws SQLException {
        UUID theirs = UUID.randomUUID();
        tables.run(
                "INSERT INTO public.tenant_migrations (id, tenant_id, source_store_id,"
                        + " target_store_id, phase) VALUES ('"
                        + theirs
                        + "', '"
                        + TENANT
                        + "', 'shared', 'x', 'bulk_copy')");
        EventsourceControl control = tables.control();
        assertThatThrownBy(() -> control.begin(ID, TENANT, "shared", "dedicated", CONFIG, "move"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining(theirs + " in phase bulk_copy");
        assertThat(tables.route()).isNull();
        UUID other = UUID.randomUUID();
        control.begin(
                EventsourceControl.migrationId("move", 7, other),
                other,
                "shared",
                "dedicated",
                CONFIG,
                "move");
        for (String end : new String[] {"aborted", "failed", "completed"}) {
            tables.run(
                    "UPDATE public.tenant_migrations SET phase = '"
                            + end
                            + "' WHERE tenant_id = '"
                            + TENANT
                            + "'");
            control.begin(UUID.randomUUID(), TENANT, "shared", "dedicated", CONFIG, "after " + end);
        }
    }

    @Test
    void tenantThatIsRoutedElsewhereDoesNotBegin() throws SQLException {
        tables.run(
                "INSERT INTO public.tenant_routing (tenant_id, store_id) VALUES ('"
                        + TENANT
                        + "', 'third')");
        assertThatThrownBy(() -> tables.begun())
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("in store third, not in shared");
        assertThat(tables.migration("phase")).isNull();
        assertThat(tables.audit()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheMovesOfItsStateMachineAreMade(Phase from) throws SQLException {
        EventsourceControl control = tables.begun();
        for (Phase to : Phase.values()) {
            boolean switched = to == Phase.COMPLETED;
            tables.run(
                    "UPDATE public.tenant_migrations SET phase = '"
                            + TenantMigration.word(from)
                            + "'");
            tables.run(
                    "UPDATE public.tenant_routing SET store_id = '"
                            + (switched ? "dedicated" : "shared")
                            + "', migration_state = '"
                            + (switched ? "migrated" : "dual_write")
                            + "', active_migration_id = '"
                            + ID
                            + "'");
            boolean allowed =
                    from == to
                            || TenantMigration.next(from).contains(to)
                            || from == Phase.PENDING && to == Phase.DUAL_WRITE;
            if (allowed) {
                control.phase(ID, to);
                assertThat(tables.migration("phase")).isEqualTo(TenantMigration.word(to));
            } else {
                assertThatThrownBy(() -> control.phase(ID, to))
                        .isInstanceOf(MigrationException.class)
                        .hasMessageContaining(
                                "from "
                                        + TenantMigration.word(from)
                                        + " to "
                                        + TenantMigration.word(to));
                assertThat(tables.migration("phase")).isEqualTo(TenantMigration.word(from));
            }
        }
    }

    @Test
    void pauseIsAFlag() throws SQLException {
        EventsourceControl control = tables.following();
        control.paused(ID, "maintenance");
        control.paused(ID, "again");
        assertThat(tables.migration("concat_ws(' ', is_paused, pause_reason, phase)"))
                .isEqualTo("t maintenance dual_write");
        control.resumed(ID);
        control.resumed(ID);
        assertThat(tables.migration("concat_ws(' ', is_paused, paused_at, pause_reason)"))
                .isEqualTo("f");
        assertThat(tables.audit()).endsWith("dual_write migration_paused migration_resumed");
    }

    @Test
    void progressHasTokensByteByByte() throws SQLException {
        EventsourceControl control = tables.following();
        control.progress(ID, 100, 40, OptionalLong.of(77), OptionalLong.of(1077));
        control.progress(ID, 100, 50, OptionalLong.of(88), OptionalLong.empty());
        assertThat(
                        tables.migration(
                                "concat_ws(' ', events_total, events_copied,"
                                        + " last_source_position_token, last_target_position_token,"
                                        + " last_source_position)"))
                .isEqualTo(
                        "100 50 {\"s\":\"shared\",\"k\":[88]} {\"s\":\"dedicated\",\"k\":[1077]} 0");
    }

    @Test
    void progressBeforeTokensIsPlain() throws SQLException {
        tables.run(
                "ALTER TABLE public.tenant_migrations DROP COLUMN last_source_position_token,"
                        + " DROP COLUMN last_target_position_token");
        EventsourceControl control = tables.following();
        control.progress(ID, 100, 40, OptionalLong.of(77), OptionalLong.of(1077));
        assertThat(tables.migration("concat_ws(' ', last_source_position, last_target_position)"))
                .isEqualTo("77 1077");
    }

    @ParameterizedTest
    @EnumSource
    void auditTakesEveryKind(AuditKind kind) throws SQLException {
        tables.begun().audit(ID, kind, "{\"level\": \"hash\"}");
        assertThat(tables.audit()).endsWith(" " + kind.word());
        assertThat(
                        tables.query(
                                "SELECT cardinality(regexp_split_to_array(pg_get_constraintdef(oid),"
                                        + " '::character varying')) FROM pg_constraint WHERE conname ="
                                        + " 'migration_audit_log_event_type_check'"))
                .as("kinds in the CHECK, and the rest of its text")
                .isEqualTo(String.valueOf(AuditKind.values().length + 1));
    }

    @Test
    void whatCannotBeAuditedHappensAllTheSame() throws SQLException {
        EventsourceControl control = tables.following();
        tables.run("ALTER TABLE public.migration_audit_log ADD CHECK (id < 0) NOT VALID");
        control.phase(ID, Phase.CUTOVER);
        assertThat(tables.migration("phase")).isEqualTo("cutover");
        tables.run("DROP TABLE public.migration_audit_log");
        tables.control().switched(ID, null);
        assertThat(tables.route()).startsWith("dedicated migrated");
    }

    @Test
    void databaseWithoutTheTablesHasNoControl() throws SQLException {
        tables.run("DROP TABLE public.tenant_routing");
        assertThat(EventsourceControl.find(tables.session())).isEmpty();
    }

    @Test
    void idIsTheSameAgainAndOfOneTenantAndRun() {
        assertThat(EventsourceControl.migrationId("move", 7, TENANT)).isEqualTo(ID);
        assertThat(EventsourceControl.migrationId("move", 8, TENANT)).isNotEqualTo(ID);
        assertThat(EventsourceControl.migrationId("move", 7, new UUID(0, 1))).isNotEqualTo(ID);
        assertThat(EventsourceControl.tenant("acme")).isEmpty();
        assertThat(EventsourceControl.tenant("1-2-3-4-5")).isEmpty();
        assertThat(EventsourceControl.tenant(TENANT.toString())).contains(TENANT);
    }
}
