-- Each switch of a tenant from one store to the other, as its coordinator measured it.
CREATE TABLE switches (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    tenant TEXT NOT NULL,
    to_store TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    last_position BIGINT NOT NULL,        -- of the store that was left
    pause_ms NUMERIC(12, 3) NOT NULL,     -- from asking for the lock to the answer to COMMIT
    lock_ms NUMERIC(12, 3) NOT NULL,      -- of that, until the open appends had ended
    opened_ms NUMERIC(12, 3) NOT NULL,    -- after it, until the other store took appends
    drained BIGINT NOT NULL,              -- events applied in the pause
    attempts INT NOT NULL
);
CREATE INDEX switches_by_migration ON switches (migration_id, id);
