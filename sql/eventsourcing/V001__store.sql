-- The tables of an eventsource-py store (0.8 and later) as Godwit creates them for a target that
-- has none. In production, let the application's own deployment create them.
-- Without eventsource-py's helper functions for checkpoints and dead letters: PostgreSQL refuses
-- to create them ('GET DIAGNOSTICS x = FOUND'), and nothing needs them.
-- Safe beside existing tables of this kind: it only creates what is missing.

CREATE TABLE IF NOT EXISTS events (
    global_position BIGSERIAL PRIMARY KEY,
    event_id UUID NOT NULL UNIQUE,
    aggregate_id UUID NOT NULL,
    aggregate_type VARCHAR(255) NOT NULL,
    event_type VARCHAR(255) NOT NULL,
    tenant_id UUID, -- null for events of nobody
    actor_id VARCHAR(255),
    version INTEGER NOT NULL, -- 1-based, within the stream
    timestamp TIMESTAMPTZ NOT NULL, -- when it occurred
    payload JSONB NOT NULL, -- the whole event
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(), -- when it was stored
    txid XID8 DEFAULT pg_current_xact_id(),
    CONSTRAINT uq_events_aggregate_version UNIQUE (aggregate_id, aggregate_type, version)
);

CREATE INDEX IF NOT EXISTS idx_events_aggregate_id ON events (aggregate_id);
CREATE INDEX IF NOT EXISTS idx_events_aggregate_type ON events (aggregate_type);
CREATE INDEX IF NOT EXISTS idx_events_event_type ON events (event_type);
CREATE INDEX IF NOT EXISTS idx_events_timestamp ON events (timestamp);
CREATE INDEX IF NOT EXISTS idx_events_tenant_id ON events (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_events_type_tenant_timestamp
    ON events (aggregate_type, tenant_id, timestamp);
CREATE INDEX IF NOT EXISTS idx_events_type_position ON events (aggregate_type, global_position);
CREATE INDEX IF NOT EXISTS idx_events_aggregate_version
    ON events (aggregate_id, aggregate_type, version);

-- Below it, no event of a running transaction can still appear in eventsource-py's feed.
CREATE OR REPLACE FUNCTION eventsource_feed_horizon() RETURNS text
    LANGUAGE sql STABLE
    AS $$ SELECT pg_snapshot_xmin(pg_current_snapshot())::text $$;

CREATE TABLE IF NOT EXISTS snapshots (
    id BIGSERIAL PRIMARY KEY,
    aggregate_id UUID NOT NULL,
    aggregate_type VARCHAR(255) NOT NULL,
    version INTEGER NOT NULL,
    schema_version INTEGER NOT NULL DEFAULT 1,
    state JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    CONSTRAINT uq_snapshots_aggregate UNIQUE (aggregate_id, aggregate_type)
);

CREATE INDEX IF NOT EXISTS idx_snapshots_aggregate_lookup
    ON snapshots (aggregate_id, aggregate_type);
CREATE INDEX IF NOT EXISTS idx_snapshots_aggregate_type ON snapshots (aggregate_type);
CREATE INDEX IF NOT EXISTS idx_snapshots_schema_version
    ON snapshots (aggregate_type, schema_version);
CREATE INDEX IF NOT EXISTS idx_snapshots_created_at ON snapshots (created_at);

CREATE TABLE IF NOT EXISTS event_outbox (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    event_id UUID NOT NULL,
    event_type VARCHAR(255) NOT NULL,
    aggregate_id UUID NOT NULL,
    aggregate_type VARCHAR(255) NOT NULL,
    tenant_id UUID,
    event_data JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    published_at TIMESTAMPTZ,
    retry_count INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    status VARCHAR(20) NOT NULL DEFAULT 'pending',
    CONSTRAINT chk_outbox_status CHECK (status IN ('pending', 'published', 'failed'))
);

CREATE INDEX IF NOT EXISTS idx_outbox_status_created ON event_outbox (status, created_at);
CREATE INDEX IF NOT EXISTS idx_outbox_pending
    ON event_outbox (created_at) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS idx_outbox_event_id ON event_outbox (event_id);
CREATE INDEX IF NOT EXISTS idx_outbox_tenant_id
    ON event_outbox (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_outbox_failed ON event_outbox (created_at) WHERE status = 'failed';
CREATE INDEX IF NOT EXISTS idx_outbox_published_at
    ON event_outbox (published_at) WHERE status = 'published';

-- The subscriptions' checkpoints.
CREATE TABLE IF NOT EXISTS projection_checkpoints (
    projection_name VARCHAR(255) PRIMARY KEY,
    last_event_id UUID,
    last_event_type VARCHAR(255),
    last_processed_at TIMESTAMPTZ,
    global_position BIGINT, -- before 0.8; neither read nor written since
    events_processed BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    position_token TEXT
);

CREATE INDEX IF NOT EXISTS idx_checkpoints_last_processed
    ON projection_checkpoints (last_processed_at);
CREATE INDEX IF NOT EXISTS idx_checkpoints_updated_at ON projection_checkpoints (updated_at);
CREATE INDEX IF NOT EXISTS idx_checkpoints_global_position
    ON projection_checkpoints (global_position) WHERE global_position IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_checkpoints_position_token
    ON projection_checkpoints (position_token) WHERE position_token IS NOT NULL;

CREATE OR REPLACE FUNCTION update_checkpoint_timestamp() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN NEW.updated_at = NOW(); RETURN NEW; END $$;

DROP TRIGGER IF EXISTS trg_checkpoint_updated_at ON projection_checkpoints;
CREATE TRIGGER trg_checkpoint_updated_at
    BEFORE UPDATE ON projection_checkpoints
    FOR EACH ROW EXECUTE FUNCTION update_checkpoint_timestamp();

CREATE TABLE IF NOT EXISTS dead_letter_queue (
    id BIGSERIAL PRIMARY KEY,
    event_id UUID NOT NULL,
    projection_name VARCHAR(255) NOT NULL,
    event_type VARCHAR(255) NOT NULL,
    event_data JSONB NOT NULL,
    error_message TEXT NOT NULL,
    error_stacktrace TEXT,
    retry_count INTEGER NOT NULL DEFAULT 0,
    first_failed_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    last_failed_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    status VARCHAR(20) NOT NULL DEFAULT 'failed'
        CHECK (status IN ('failed', 'retrying', 'resolved')),
    resolved_at TIMESTAMPTZ,
    resolved_by VARCHAR(255),
    CONSTRAINT uq_dlq_event_projection UNIQUE (event_id, projection_name)
);
