-- Godwit's ledger: what was asked for, what happened, how far it is. Schema godwit.

CREATE TABLE migrations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    phase TEXT NOT NULL,
    spec TEXT NOT NULL,              -- the YAML as given: references to secrets, never secrets
    continuous BOOLEAN NOT NULL,
    job_id TEXT,
    flink_url TEXT,
    checkpoints TEXT,                -- the job's checkpoint directory
    savepoint TEXT,                  -- where pause or cutover left the job's state
    reason TEXT,                     -- why it was aborted or failed
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (phase IN ('PENDING', 'BULK_COPY', 'DUAL_WRITE', 'CUTOVER', 'COMPLETED', 'ABORTED', 'FAILED'))
);

-- One active migration per name.
CREATE UNIQUE INDEX one_active_migration ON migrations (name)
    WHERE phase IN ('PENDING', 'BULK_COPY', 'DUAL_WRITE', 'CUTOVER');

CREATE TABLE phase_changes (
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    from_phase TEXT NOT NULL,
    to_phase TEXT NOT NULL,
    PRIMARY KEY (migration_id, at)
);

-- How far each log is, as of the job's last completed checkpoint.
CREATE TABLE progress (
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    tag INT NOT NULL,
    source_head BIGINT NOT NULL,
    applied_through BIGINT NOT NULL,
    ranges_pending BIGINT NOT NULL,
    ranges_done BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (migration_id, tag)
);

-- What each writer has applied in its life, as of the last completed checkpoint that it saw.
CREATE TABLE applied_counts (
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    writer TEXT NOT NULL,
    written BIGINT NOT NULL,
    already_equal BIGINT NOT NULL,
    dead_lettered BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (migration_id, writer)
);

CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_by_migration ON audit (migration_id, id);

-- What stopped a migration or was set aside, by its key.
CREATE TABLE dead_letters (
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    key TEXT NOT NULL,
    severity TEXT NOT NULL,
    recoverability TEXT NOT NULL,
    reason TEXT NOT NULL,
    first_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    last_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    times INT NOT NULL DEFAULT 1,
    PRIMARY KEY (migration_id, key)
);

CREATE TABLE verifications (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration_id BIGINT NOT NULL REFERENCES migrations (id),
    at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
    level TEXT NOT NULL,
    matched BOOLEAN NOT NULL,
    compared BIGINT NOT NULL,
    differences BIGINT NOT NULL,
    detail TEXT NOT NULL
);
