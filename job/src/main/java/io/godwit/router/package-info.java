/**
 * What an application embeds to append to and read from event stores while tenants move between
 * them. Plain JDBC; no Flink.
 *
 * <p>Read {@link io.godwit.router.EventStore} first, then {@link
 * io.godwit.router.PostgresEventStore} (one database), then {@link
 * io.godwit.router.TenantStoreRouter} (many, by tenant).
 */
package io.godwit.router;
