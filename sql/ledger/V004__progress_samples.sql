-- How far a migration was of late, as of completed checkpoints: what its rate is made of. At most one
-- a second; old ones go when a new one comes.
CREATE TABLE progress_samples (
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    applied_through BIGINT NOT NULL,      -- of all logs together
    events BIGINT NOT NULL,               -- that all writers have applied in their life
    PRIMARY KEY (migration_id, at)
);
