-- What eventsource-py 0.7 and earlier lack of a store: bare integer positions.
ALTER TABLE events DROP COLUMN txid;
DROP FUNCTION eventsource_feed_horizon();
ALTER TABLE projection_checkpoints DROP COLUMN position_token;
DROP INDEX idx_events_type_position;
