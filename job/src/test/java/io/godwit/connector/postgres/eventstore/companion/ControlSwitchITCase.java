package io.godwit.connector.postgres.eventstore.companion;

import static io.godwit.connector.postgres.eventstore.companion.ControlDatabase.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.godwit.model.MigrationException;
import io.godwit.model.Phase;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The switch in eventsource-py's control tables, and the ends that are not a success. */
final class ControlSwitchITCase {

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
    void switchIsPartOfTheCallersTransaction() throws SQLException {
        EventsourceControl control = tables.following();
        control.phase(ID, Phase.CUTOVER);
        tables.session().setAutoCommit(false);
        control.switched(ID, null);
        assertThat(tables.route()).startsWith("dedicated migrated");
        tables.session().rollback();
        assertThat(tables.route()).startsWith("shared dual_write");
        control.switched(ID, null);
        tables.session().commit();
        assertThat(tables.route()).startsWith("dedicated migrated");
    }

    @Test
    void attemptThatIsGivenUpGoesBackToDualWrite() throws SQLException {
        EventsourceControl control = tables.following();
        control.phase(ID, Phase.CUTOVER);
        control.cutoverRolledBack(ID, "writers did not end in 500 ms");
        assertThat(tables.migration("phase || ' ' || error_count || ' ' || last_error"))
                .isEqualTo("dual_write 1 Cutover failed: writers did not end in 500 ms");
        assertThat(tables.route()).isEqualTo("shared dual_write " + ID);
        assertThat(tables.audit()).endsWith("cutover_rolled_back:cutover:dual_write");
        assertThatThrownBy(() -> control.switched(ID, null))
                .hasMessageContaining("cannot switch in phase dual_write");
        control.phase(ID, Phase.CUTOVER);
        assertThatThrownBy(() -> control.completed(ID)).hasMessageContaining("was not switched");
        control.switched(ID, null);
        assertThatThrownBy(() -> control.cutoverRolledBack(ID, "late"))
                .hasMessageContaining("after the switch");
    }

    @Test
    void rollbackAfterTheSwitchRoutesTheTenantBack() throws SQLException {
        EventsourceControl control = tables.following();
        control.phase(ID, Phase.CUTOVER);
        control.switched(ID, null);
        control.completed(ID);
        control.rolledBack(ID, "wrong region");
        control.rolledBack(ID, "wrong region");
        assertThat(tables.route()).isEqualTo("shared normal -");
        assertThat(tables.migration("phase")).isEqualTo("completed");
        assertThat(tables.audit()).endsWith(" cutover_rolled_back:completed:completed");
        assertThat(tables.audit().split("rolled_back")).hasSize(2);
    }

    @Test
    void rollbackBeforeCompletionEndsTheMigration() throws SQLException {
        EventsourceControl control = tables.following();
        control.phase(ID, Phase.CUTOVER);
        control.switched(ID, null);
        control.rolledBack(ID, "wrong region");
        assertThat(tables.route()).isEqualTo("shared normal -");
        assertThat(tables.migration("phase")).isEqualTo("aborted");
    }

    @Test
    void abortLeavesTheTenantWhereItIs() throws SQLException {
        EventsourceControl control = tables.following();
        control.phase(ID, Phase.CUTOVER);
        control.aborted(ID, "its process died");
        assertThat(tables.route()).isEqualTo("shared normal -");
        assertThat(tables.query("SELECT details FROM public.migration_audit_log ORDER BY id DESC"))
                .isEqualTo("{\"reason\": \"its process died\"}");
        assertThatThrownBy(() -> control.paused(ID, "late"))
                .isInstanceOf(MigrationException.class)
                .hasMessageContaining("has ended in phase aborted");
    }

    @Test
    void errorIsCutAtAThousandCharacters() throws SQLException {
        EventsourceControl control = tables.following();
        control.failed(ID, "\0" + "é\ud83d\udc26".repeat(700));
        assertThat(tables.migration("last_error"))
                .isEqualTo("\uFFFD" + "é\ud83d\udc26".repeat(499) + "é");
        assertThat(tables.migration("phase")).isEqualTo("failed");
        assertThat(tables.route()).isEqualTo("shared normal -");
        assertThat(tables.audit()).endsWith("migration_failed:dual_write:failed");
    }

    @Test
    void failureAfterTheSwitchDoesNotTouchTheRoute() throws SQLException {
        EventsourceControl control = tables.following();
        control.phase(ID, Phase.CUTOVER);
        control.switched(ID, null);
        control.failed(ID, "no savepoint");
        assertThat(tables.route()).isEqualTo("dedicated migrated " + ID);
    }
}
