-- eventsource-py's partitioned event table in place of the plain one. Neither event ids nor
-- versions are unique across its partitions.
DROP TABLE events;
CREATE SEQUENCE events_global_position_seq;
CREATE TABLE events (
    global_position BIGINT NOT NULL DEFAULT nextval('events_global_position_seq'),
    event_id UUID NOT NULL,
    aggregate_id UUID NOT NULL,
    aggregate_type VARCHAR(255) NOT NULL,
    event_type VARCHAR(255) NOT NULL,
    tenant_id UUID,
    actor_id VARCHAR(255),
    version INTEGER NOT NULL,
    timestamp TIMESTAMPTZ NOT NULL,
    payload JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL DEFAULT NOW(),
    txid XID8 DEFAULT pg_current_xact_id(),
    PRIMARY KEY (global_position, timestamp),
    CONSTRAINT uq_events_event_id_partitioned UNIQUE (event_id, timestamp),
    CONSTRAINT uq_events_aggregate_version_partitioned
        UNIQUE (aggregate_id, aggregate_type, version, timestamp)
) PARTITION BY RANGE (timestamp);
CREATE TABLE events_default PARTITION OF events DEFAULT;
CREATE TABLE events_y2026m01 PARTITION OF events
    FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00');
CREATE INDEX idx_events_aggregate_id ON events (aggregate_id);
CREATE INDEX idx_events_aggregate_type ON events (aggregate_type);
CREATE INDEX idx_events_event_type ON events (event_type);
CREATE INDEX idx_events_timestamp ON events (timestamp);
CREATE INDEX idx_events_tenant_id ON events (tenant_id) WHERE tenant_id IS NOT NULL;
CREATE INDEX idx_events_type_tenant_timestamp ON events (aggregate_type, tenant_id, timestamp);
