-- chainstorage's PostgreSQL schema as Godwit creates it for a database that has none: the base
-- tables with the watermark column, as the service has read them since 2025-10. The columns that
-- came later (placement in consolidated objects) are found in the catalogue and used when they are
-- there. For production, let chainstorage's own 'admin db-init' create the schema.
-- Safe beside an existing schema of this kind: it only creates what is missing.

DO $$
BEGIN
    IF to_regtype('event_type_enum') IS NULL THEN
        CREATE TYPE event_type_enum AS ENUM ('BLOCK_ADDED', 'BLOCK_REMOVED', 'UNKNOWN');
    END IF;
END
$$;

-- Every block ever observed, canonical or not.
CREATE TABLE IF NOT EXISTS block_metadata (
    id BIGSERIAL PRIMARY KEY,
    height BIGINT NOT NULL,
    tag INT NOT NULL,
    hash VARCHAR(66),
    parent_hash VARCHAR(66),
    parent_height BIGINT NOT NULL DEFAULT 0,
    object_key_main VARCHAR(255),
    timestamp BIGINT NOT NULL, -- Unix seconds
    skipped BOOLEAN NOT NULL DEFAULT FALSE
);

-- A regular block is unique by hash, a skipped one by height: it has no hash.
CREATE UNIQUE INDEX IF NOT EXISTS unique_tag_hash_regular
    ON block_metadata (tag, hash) WHERE hash IS NOT NULL AND NOT skipped;
CREATE UNIQUE INDEX IF NOT EXISTS unique_tag_height_skipped
    ON block_metadata (tag, height) WHERE skipped = TRUE;
CREATE INDEX IF NOT EXISTS idx_block_metadata_timestamp ON block_metadata (timestamp);

-- The block that holds a height.
CREATE TABLE IF NOT EXISTS canonical_blocks (
    height BIGINT NOT NULL,
    block_metadata_id BIGINT NOT NULL REFERENCES block_metadata (id) ON DELETE RESTRICT,
    tag INT NOT NULL,
    is_watermark BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (height, tag),
    UNIQUE (height, tag, block_metadata_id)
);

CREATE INDEX IF NOT EXISTS idx_canonical_block_metadata_fk ON canonical_blocks (block_metadata_id);
CREATE INDEX IF NOT EXISTS idx_canonical_watermark
    ON canonical_blocks (tag, height DESC) WHERE is_watermark = TRUE;

-- The append-only log of changes of the chain.
CREATE TABLE IF NOT EXISTS block_events (
    event_tag INT NOT NULL DEFAULT 0,
    event_sequence BIGINT NOT NULL,
    event_type event_type_enum NOT NULL,
    block_metadata_id BIGINT NOT NULL REFERENCES block_metadata (id) ON DELETE RESTRICT,
    height BIGINT NOT NULL,
    hash VARCHAR(66),
    PRIMARY KEY (event_tag, event_sequence)
);

CREATE INDEX IF NOT EXISTS idx_events_height_tag ON block_events (height, event_tag);
CREATE INDEX IF NOT EXISTS idx_events_block_meta ON block_events (block_metadata_id);
