-- One active migration per tenant: each tenant of a migration that has not ended, in the store that
-- it leaves and in the one that it enters. The rows go with the migration's last phase.
CREATE TABLE active_tenants (
    tenant TEXT NOT NULL,
    store_id TEXT NOT NULL,
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    PRIMARY KEY (tenant, store_id)
);
CREATE INDEX active_tenants_by_migration ON active_tenants (migration_id);
