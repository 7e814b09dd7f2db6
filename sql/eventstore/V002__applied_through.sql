-- How far a flow of events into this store has come. It is written in the same transaction as the
-- rows, so it is never ahead of them: every event of these tenants at or below the position is here.
CREATE TABLE godwit.applied_through (
    migration TEXT NOT NULL,
    from_store TEXT NOT NULL,               -- store_id of where the events come from
    position BIGINT NOT NULL,               -- of the store they come from
    updated_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (migration, from_store)
);
