-- What chainstorage's schema gained after its base: where a block lies in a consolidated object, and
-- the fence behind which that place must not be changed any more.

ALTER TABLE block_metadata
    ADD COLUMN byte_offset BIGINT,
    ADD COLUMN byte_length BIGINT,
    ADD COLUMN uncompressed_length BIGINT,
    ADD COLUMN object_format SMALLINT NOT NULL DEFAULT 0, -- 0: an object of its own, 1: consolidated
    ADD COLUMN single_block_retention_fenced_at TIMESTAMPTZ;

ALTER TABLE block_metadata
    ALTER COLUMN object_key_main TYPE TEXT;

ALTER TABLE block_metadata
    ADD CONSTRAINT fenced_rows_are_consolidated CHECK (
        single_block_retention_fenced_at IS NULL
        OR (object_format = 1 AND byte_length > 0 AND uncompressed_length > 0)) NOT VALID;

CREATE FUNCTION refuse_to_move_fenced_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.object_key_main, NEW.object_format, NEW.byte_offset, NEW.byte_length, NEW.uncompressed_length)
        IS DISTINCT FROM
       (OLD.object_key_main, OLD.object_format, OLD.byte_offset, OLD.byte_length, OLD.uncompressed_length)
    THEN
        RAISE EXCEPTION 'block_metadata % is fenced', OLD.id;
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER fenced_block BEFORE UPDATE ON block_metadata
    FOR EACH ROW WHEN (OLD.single_block_retention_fenced_at IS NOT NULL)
    EXECUTE FUNCTION refuse_to_move_fenced_block();
