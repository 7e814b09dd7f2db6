package io.godwit.connector.postgres.eventstore;

import org.flywaydb.core.Flyway;

/**
 * What Godwit keeps in an event store's own database, in schema {@code godwit}: the tenants'
 * routes, and how far a flow into this store has come. Repeatable; two at a time wait for one
 * another.
 */
public final class ControlTables {

    private ControlTables() {}

    /** Creates or updates the schema; the store's own tables are not looked at. */
    public static void create(PostgresEventStoreSpec store) {
        Flyway.configure(ControlTables.class.getClassLoader())
                .dataSource(
                        store.url(),
                        store.user(),
                        store.password() == null ? null : store.password().reveal())
                .schemas("godwit")
                .defaultSchema("godwit")
                .createSchemas(true)
                .table("eventstore_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .locations("classpath:sql/eventstore")
                .load()
                .migrate();
    }
}
