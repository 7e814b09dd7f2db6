package io.godwit.spec;

import java.io.Serializable;

/**
 * The PostgreSQL database that holds the ledger, in schema {@code godwit}.
 *
 * @param url JDBC URL
 * @param user null when the URL names it
 * @param password null when the server needs none
 */
public record LedgerSpec(String url, String user, Secret password) implements Serializable {

    public LedgerSpec {
        Checks.jdbcUrl("ledger.url", url);
    }
}
