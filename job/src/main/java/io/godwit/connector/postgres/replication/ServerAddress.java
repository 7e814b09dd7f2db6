package io.godwit.connector.postgres.replication;

import io.godwit.spec.Secret;

/**
 * Where to connect to for reading a slot.
 *
 * @param url JDBC URL
 * @param user null when the URL names it
 * @param password null when the server needs none
 * @param application after "godwit/", as pg_stat_activity shows it
 */
public record ServerAddress(String url, String user, Secret password, String application) {}
