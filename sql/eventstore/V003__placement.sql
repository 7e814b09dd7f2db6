-- Where a migration's rows lie in the order of this store. Decided once, before the first row is
-- written: a copy that went on with another decision would write its rows a second time.
CREATE TABLE godwit.placement (
    migration TEXT PRIMARY KEY,
    mode TEXT NOT NULL CHECK (mode IN ('keep', 'append')),
    position_offset BIGINT NOT NULL,        -- of keep: position here minus position in the source
    ceiling BIGINT,                         -- last position of the reserved block; null without one
    decided_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);
