-- What Godwit keeps in the database of an event store: who takes a tenant's appends. Schema godwit.

-- Only tenants in a migration, or moved, have a row.
CREATE TABLE godwit.tenant_route (
    tenant_id TEXT COLLATE "C" PRIMARY KEY, -- as the event table's tenant column prints it
    store_id TEXT NOT NULL,                 -- the store that takes this tenant's appends
    epoch BIGINT NOT NULL,                  -- number of the decision; 0 while the row is being prepared
    state TEXT NOT NULL CHECK (state IN ('open', 'moved')),
    -- Whoever has not seen this row has a lower transaction id or an older snapshot.
    created_xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);

-- The last epoch of a tenant whose route was forgotten: the next one is higher, for routers follow
-- only higher ones.
CREATE TABLE godwit.last_epoch (
    tenant_id TEXT COLLATE "C" PRIMARY KEY,
    epoch BIGINT NOT NULL
);

-- How often a route was set to moved, or was about to be: it is raised before the commit and stays
-- so after a rollback. While it stands, whoever was not moved has not been moved.
CREATE SEQUENCE godwit.moves;
SELECT nextval('godwit.moves');

CREATE FUNCTION godwit.count_move() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM nextval('godwit.moves');
    RETURN NEW;
END
$$;
REVOKE ALL ON FUNCTION godwit.count_move() FROM PUBLIC;
CREATE TRIGGER count_move BEFORE INSERT OR UPDATE ON godwit.tenant_route
    FOR EACH ROW WHEN (NEW.state = 'moved') EXECUTE FUNCTION godwit.count_move();
ALTER TABLE godwit.tenant_route ENABLE ALWAYS TRIGGER count_move;

-- Lets Godwit's own writes of this transaction past the fence: the copy into a target that is not
-- open yet and the reverse flow into a source that is not open any more. The pass names the
-- transaction, so it ends with it and cannot be left behind in a pooled session.
CREATE FUNCTION godwit.pass_write_fence(migration TEXT) RETURNS VOID
LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
    SELECT pg_catalog.set_config(
        'godwit.migration', pg_catalog.pg_current_xact_id()::text || ':' || migration, true)
$$;
REVOKE ALL ON FUNCTION godwit.pass_write_fence(TEXT) FROM PUBLIC;

-- True if the 32 bits of a running transaction's id, or of a snapshot's xmin, are of before the mark.
CREATE FUNCTION godwit.is_before(running XID, mark XID8) RETURNS BOOLEAN
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT newest
           + (((running::text::bigint - newest) % 4294967296 + 4294967296 + 2147483648) % 4294967296)
           - 2147483648
           < mark::text::bigint
    FROM (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS newest) AS now
$$;

-- Writes the trigger function of an event table, as of now; returns its name. Repeatable at any
-- time and without a lock on the event table, for a function of yesterday is only slower.
--
-- fenced: the tenants it is to look at; null if the trigger calls it for no others.
--
-- Why the short way is safe: SHARE waits for every transaction that is about to change a route, so
-- at that number of moves exactly these tenants are moved. Whoever moves another one raises the
-- number before its commit, and holds the tenant's lock until then. So a writer that has the lock
-- and then finds the same number appends for a tenant that has not moved, in any isolation level,
-- for a sequence has no snapshots.
--
-- It has no SET search_path, which would cost as much as all the rest; so each name is qualified.
-- The constants are part of the text because a trigger's condition is parsed for each statement of
-- everybody, and this once in a session. The jsonb objects are sets that need no preparation.
CREATE FUNCTION godwit.create_fence(event_table REGCLASS, tenant_column NAME, fenced TEXT[])
RETURNS TEXT
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $create$
DECLARE
    name text := 'fence_' || event_table::oid;
    moved jsonb;
    number bigint;
    body text;
BEGIN
    LOCK TABLE godwit.tenant_route IN SHARE MODE;
    number := pg_sequence_last_value('godwit.moves');
    SELECT coalesce(jsonb_object_agg(r.tenant_id, 1), '{}') INTO moved
    FROM godwit.tenant_route r WHERE r.state = 'moved';
    body := format($fence$
BEGIN
    %1$s
    -- One expression, for each one costs. The lock comes before the number: CASE keeps the order.
    IF (CASE
        WHEN pg_catalog.length(pg_catalog.current_setting('godwit.migration', true))
            OPERATOR(pg_catalog.>) 0 THEN false
        WHEN pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended(
            pg_catalog.textcat('godwit:', NEW.%2$I::pg_catalog.text)
                COLLATE pg_catalog."C", 0)) IS NULL THEN false
        WHEN pg_catalog.int8eq(pg_catalog.pg_sequence_last_value('godwit.moves'), %3$s)
            THEN NOT pg_catalog.jsonb_exists(%4$L, NEW.%2$I::pg_catalog.text)
        ELSE false
        END) THEN
        RETURN NULL;
    END IF;
    -- A pass: made in this very transaction, in a session of the fence's owner.
    IF pg_catalog.texteq(
            pg_catalog.split_part(pg_catalog.current_setting('godwit.migration', true), ':', 1),
            pg_catalog.pg_current_xact_id()::pg_catalog.text)
        AND pg_catalog.pg_has_role(session_user, current_user, 'MEMBER') THEN
        RETURN NULL;
    END IF;
    PERFORM pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended(
        pg_catalog.textcat('godwit:', NEW.%2$I::pg_catalog.text) COLLATE pg_catalog."C", 0));
    DECLARE
        route_store pg_catalog.text;
        route_epoch pg_catalog.int8;
        route_state pg_catalog.text;
    BEGIN
        -- The read comes after the wait: this function is volatile, so each of its
        -- statements has a snapshot of its own in a READ COMMITTED transaction. In any
        -- other the snapshot is old; there FOR SHARE fails (40001) if the row has changed.
        IF pg_catalog.texteq(
                pg_catalog.current_setting('transaction_isolation'), 'read committed') THEN
            SELECT r.store_id, r.epoch, r.state INTO route_store, route_epoch, route_state
            FROM godwit.tenant_route r
            WHERE r.tenant_id OPERATOR(pg_catalog.=) NEW.%2$I::pg_catalog.text
                COLLATE pg_catalog."C";
        ELSE
            SELECT r.store_id, r.epoch, r.state INTO route_store, route_epoch, route_state
            FROM godwit.tenant_route r
            WHERE r.tenant_id OPERATOR(pg_catalog.=) NEW.%2$I::pg_catalog.text
                COLLATE pg_catalog."C" FOR SHARE;
        END IF;
        IF pg_catalog.texteq(route_state, 'moved') THEN
            RAISE EXCEPTION USING
                ERRCODE = 'GW002',
                MESSAGE = pg_catalog.concat(
                    'tenant ', NEW.%2$I::pg_catalog.text, ' has moved to store ',
                    route_store, ' (epoch ', route_epoch, ')');
        END IF;
    END;
    RETURN NULL;
END
$fence$,
        CASE WHEN fenced IS NULL THEN '' ELSE format(
            'IF NOT pg_catalog.jsonb_exists(%L, NEW.%I::pg_catalog.text) THEN RETURN NULL; END IF;',
            (SELECT coalesce(jsonb_object_agg(tenant, 1), '{}') FROM unnest(fenced) AS tenant),
            tenant_column) END,
        tenant_column,
        number,
        moved);
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION godwit.%I() RETURNS trigger'
            ' LANGUAGE plpgsql VOLATILE SECURITY DEFINER AS %L',
        name, body);
    EXECUTE format('REVOKE ALL ON FUNCTION godwit.%I() FROM PUBLIC', name);
    RETURN name;
END
$create$;
REVOKE ALL ON FUNCTION godwit.create_fence(REGCLASS, NAME, TEXT[]) FROM PUBLIC;
