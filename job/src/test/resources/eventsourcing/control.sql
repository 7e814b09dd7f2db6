-- eventsource-py's control tables (0.8 and later), as get_schema("migration") creates them.
CREATE TABLE tenant_migrations (
    id UUID PRIMARY KEY,
    tenant_id UUID NOT NULL,
    source_store_id VARCHAR(255) NOT NULL,
    target_store_id VARCHAR(255) NOT NULL,
    phase VARCHAR(50) NOT NULL DEFAULT 'pending' CHECK (phase IN (
        'pending', 'bulk_copy', 'dual_write', 'cutover', 'completed', 'aborted', 'failed')),
    events_total BIGINT DEFAULT 0,
    events_copied BIGINT DEFAULT 0,
    last_source_position BIGINT DEFAULT 0,
    last_target_position BIGINT DEFAULT 0,
    started_at TIMESTAMPTZ,
    bulk_copy_started_at TIMESTAMPTZ,
    bulk_copy_completed_at TIMESTAMPTZ,
    dual_write_started_at TIMESTAMPTZ,
    cutover_started_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    config JSONB NOT NULL DEFAULT '{}',
    error_count INTEGER DEFAULT 0,
    last_error TEXT,
    last_error_at TIMESTAMPTZ,
    is_paused BOOLEAN DEFAULT FALSE,
    paused_at TIMESTAMPTZ,
    pause_reason TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    created_by VARCHAR(255),
    last_source_position_token TEXT,
    last_target_position_token TEXT
);
CREATE INDEX idx_tenant_migrations_tenant_id ON tenant_migrations (tenant_id);
CREATE INDEX idx_tenant_migrations_phase ON tenant_migrations (phase)
    WHERE phase NOT IN ('completed', 'aborted', 'failed');
CREATE UNIQUE INDEX idx_tenant_migrations_active_unique ON tenant_migrations (tenant_id)
    WHERE phase NOT IN ('completed', 'aborted', 'failed');
CREATE INDEX idx_tenant_migrations_completed_at ON tenant_migrations (completed_at)
    WHERE completed_at IS NOT NULL;

CREATE TABLE tenant_routing (
    tenant_id UUID PRIMARY KEY,
    store_id VARCHAR(255) NOT NULL,
    migration_state VARCHAR(50) NOT NULL DEFAULT 'normal' CHECK (migration_state IN (
        'normal', 'bulk_copy', 'dual_write', 'cutover_paused', 'migrated')),
    active_migration_id UUID REFERENCES tenant_migrations (id) ON DELETE SET NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_tenant_routing_store_id ON tenant_routing (store_id);
CREATE INDEX idx_tenant_routing_migration_state ON tenant_routing (migration_state)
    WHERE migration_state <> 'normal';

CREATE FUNCTION update_migration_timestamp() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN NEW.updated_at = NOW(); RETURN NEW; END $$;
CREATE TRIGGER trg_tenant_migrations_updated_at BEFORE UPDATE ON tenant_migrations
    FOR EACH ROW EXECUTE FUNCTION update_migration_timestamp();
CREATE TRIGGER trg_tenant_routing_updated_at BEFORE UPDATE ON tenant_routing
    FOR EACH ROW EXECUTE FUNCTION update_migration_timestamp();

CREATE TABLE migration_position_mappings (
    id BIGSERIAL PRIMARY KEY,
    migration_id UUID NOT NULL REFERENCES tenant_migrations (id) ON DELETE CASCADE,
    source_position BIGINT,
    target_position BIGINT,
    event_id UUID NOT NULL,
    mapped_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    source_position_token TEXT,
    target_position_token TEXT,
    CONSTRAINT unique_migration_source_position UNIQUE (migration_id, source_position)
);
CREATE INDEX idx_position_mappings_lookup
    ON migration_position_mappings (migration_id, source_position);
CREATE INDEX idx_position_mappings_nearest
    ON migration_position_mappings (migration_id, source_position DESC);
CREATE INDEX idx_position_mappings_event_id ON migration_position_mappings (event_id);
CREATE UNIQUE INDEX uq_position_mappings_source_token
    ON migration_position_mappings (migration_id, source_position_token)
    WHERE source_position_token IS NOT NULL;
CREATE INDEX idx_position_mappings_source_token
    ON migration_position_mappings (source_position_token);
CREATE INDEX idx_position_mappings_target_token
    ON migration_position_mappings (target_position_token);

CREATE TABLE migration_audit_log (
    id BIGSERIAL PRIMARY KEY,
    migration_id UUID NOT NULL REFERENCES tenant_migrations (id) ON DELETE CASCADE,
    event_type VARCHAR(100) NOT NULL CHECK (event_type IN (
        'migration_started', 'phase_changed', 'migration_paused', 'migration_resumed',
        'migration_aborted', 'migration_completed', 'migration_failed', 'error_occurred',
        'cutover_initiated', 'cutover_completed', 'cutover_rolled_back',
        'verification_started', 'verification_completed', 'verification_failed',
        'progress_checkpoint')),
    old_phase VARCHAR(50),
    new_phase VARCHAR(50),
    details JSONB,
    operator VARCHAR(255),
    occurred_at TIMESTAMPTZ NOT NULL DEFAULT NOW()
);
CREATE INDEX idx_migration_audit_log_migration_id ON migration_audit_log (migration_id);
CREATE INDEX idx_migration_audit_log_occurred_at ON migration_audit_log (occurred_at);
CREATE INDEX idx_migration_audit_log_event_type ON migration_audit_log (event_type);
CREATE INDEX idx_migration_audit_log_migration_time
    ON migration_audit_log (migration_id, occurred_at);
