package io.godwit.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.godwit.model.Phase;
import io.godwit.spec.MigrationSpec;
import io.godwit.testkit.Ledgers;
import io.godwit.testkit.PostgresDatabase;
import io.godwit.testkit.StoreVariant;
import io.godwit.testkit.TenantFlowSpec;
import io.godwit.testkit.TenantStores;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** eventsource-py's tables over a cutover, an unfinished rollback and what follows. */
final class EventsourceMirrorITCase {

    private static final String TENANT = "6f1c0b8e-0a53-4a1f-9a53-1f0f6f1c0b8e";

    @RegisterExtension static final TenantStores STORES = new TenantStores();

    private PostgresDatabase source;
    private MigrationSpec spec;

    @BeforeEach
    void controlTables() throws SQLException {
        source = STORES.newStore(StoreVariant.CURRENT);
        TenantStores.createControlTables(source);
        spec = TenantFlowSpec.of(source, STORES.newDatabase(), StoreVariant.CURRENT, TENANT, "");
    }

    private interface Steps {
        void of(EventsourceMirror mirror) throws SQLException;
    }

    /** As a command does it, with whatever the tables say when it begins. */
    private void command(Steps steps) throws SQLException {
        try (EventsourceMirror mirror = EventsourceMirror.open(Ledgers.of(source), spec, 1)) {
            steps.of(mirror);
        }
    }

    private void cutover() throws SQLException {
        command(
                mirror -> {
                    mirror.began();
                    mirror.phase(Phase.DUAL_WRITE);
                    mirror.phase(Phase.CUTOVER);
                    mirror.switched(TENANT, "switched");
                    mirror.phase(Phase.COMPLETED);
                });
    }

    private String route() throws SQLException {
        return source.ask("SELECT store_id || ' ' || migration_state FROM tenant_routing");
    }

    private String migrations() throws SQLException {
        return source.ask(
                "SELECT string_agg(phase::text, ', ' ORDER BY created_at) FROM tenant_migrations");
    }

    @Test
    void whatARollbackHasToldIsToldOnceHoweverOftenItIsRunAgain() throws SQLException {
        cutover();
        assertThat(route()).isEqualTo("own migrated");
        command(mirror -> mirror.rolledBack(TENANT, "back"));
        assertThat(route()).isEqualTo("shared normal");
        command(mirror -> mirror.rolledBack(TENANT, "back, again"));
        assertThat(route()).isEqualTo("shared normal");
        assertThat(migrations()).isEqualTo("completed");
    }

    @Test
    void aCutoverAfterAnUnfinishedRollbackIsAnotherMigration() throws SQLException {
        cutover();
        command(mirror -> mirror.rolledBack(TENANT, "back"));
        cutover();
        assertThat(route()).isEqualTo("own migrated");
        assertThat(migrations()).isEqualTo("completed, completed");
        cutover();
        assertThat(migrations()).as("the same again").isEqualTo("completed, completed");
    }
}
