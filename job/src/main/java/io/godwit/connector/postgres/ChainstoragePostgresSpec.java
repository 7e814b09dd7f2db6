package io.godwit.connector.postgres;

import io.godwit.spec.Checks;
import io.godwit.spec.LedgerSpec;
import io.godwit.spec.Secret;
import io.godwit.spec.TargetSpec;

/**
 * {@code type: chainstorage-postgres}: the PostgreSQL database of one chainstorage deployment.
 *
 * @param url JDBC URL
 * @param user null when the URL names it
 * @param password null when the server needs none
 * @param createSchema create chainstorage's tables when they are not there; default false
 */
public record ChainstoragePostgresSpec(
        String url, String user, Secret password, Boolean createSchema) implements TargetSpec {

    public static final String TYPE = "chainstorage-postgres";

    public ChainstoragePostgresSpec {
        Checks.jdbcUrl("target.url", url);
        createSchema = createSchema != null && createSchema;
    }

    @Override
    public LedgerSpec defaultLedger() {
        return new LedgerSpec(url, user, password);
    }
}
