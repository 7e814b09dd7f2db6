-- An event store of another make: its own schema and names, text ids, one stream column, an
-- identity position, the event as json (which keeps its very text), and a generated column.
CREATE SCHEMA journal;
CREATE TABLE journal.entries (
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    account TEXT,
    "Stream" TEXT NOT NULL,
    revision BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    envelope JSON NOT NULL,
    day DATE NOT NULL GENERATED ALWAYS AS ((at AT TIME ZONE 'UTC')::date) STORED,
    PRIMARY KEY (seq),
    UNIQUE (id),
    UNIQUE ("Stream", revision)
);
CREATE INDEX ON journal.entries (account, seq);
