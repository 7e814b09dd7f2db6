package io.godwit.connector.postgres.eventstore;

import io.godwit.connector.postgres.PostgresConnections;
import io.godwit.spec.Checks;
import io.godwit.spec.LedgerSpec;
import io.godwit.spec.Secret;
import io.godwit.spec.TenantStoreSpec;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * {@code type: postgres-event-store}: an event store in one PostgreSQL database, as a source or as
 * a target.
 *
 * @param storeId the name by which routes and positions know it; eventsource-py's own where the
 *     application gives one
 * @param url JDBC URL
 * @param user null when the URL names it
 * @param password null when the server needs none
 * @param eventStore which table and columns it has: a preset's name or a mapping
 * @param createSchema of a target: create eventsource-py's tables when they are not there; default
 *     false
 */
public record PostgresEventStoreSpec(
        String storeId,
        String url,
        String user,
        Secret password,
        EventStoreMapping eventStore,
        Boolean createSchema)
        implements TenantStoreSpec {

    public static final String TYPE = "postgres-event-store";

    /** What eventsource-py's routing table takes. */
    private static final int LONGEST_STORE_ID = 255;

    public PostgresEventStoreSpec {
        Checks.required("store_id", storeId);
        if (storeId.length() > LONGEST_STORE_ID) {
            throw new IllegalArgumentException(
                    "store_id has "
                            + storeId.length()
                            + " characters; at most "
                            + LONGEST_STORE_ID);
        }
        Checks.jdbcUrl("url", url);
        Checks.required(
                "event_store (the preset " + EventStoreMapping.EVENTSOURCE_PY + ", or a mapping)",
                eventStore);
        createSchema = createSchema != null && createSchema;
        if (createSchema && !eventStore.equals(EventStoreMapping.eventsourcePy())) {
            throw new IllegalArgumentException(
                    "create_schema is true, but only the tables of "
                            + EventStoreMapping.EVENTSOURCE_PY
                            + " can be created; create "
                            + eventStore.table()
                            + " yourself and leave it out");
        }
    }

    @Override
    public LedgerSpec defaultLedger() {
        return new LedgerSpec(url, user, password);
    }

    /**
     * @param application after "godwit/", as pg_stat_activity shows it
     */
    public Connection open(String application) throws SQLException {
        return PostgresConnections.open(url, user, password, application);
    }
}
