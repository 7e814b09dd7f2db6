-- What Godwit keeps in the database of an event store: who takes a tenant's appends. Schema godwit.

-- Only tenants in a migration, or moved, have a row; an append of any other tenant is not looked at twice.
CREATE TABLE godwit.tenant_route (
    tenant_id TEXT COLLATE "C" PRIMARY KEY, -- as the event table's tenant column prints it
    store_id TEXT NOT NULL,                 -- the store that takes this tenant's appends
    epoch BIGINT NOT NULL,                  -- number of the decision; 0 while the row is being prepared
    state TEXT NOT NULL CHECK (state IN ('open', 'moved')),
    -- Whoever has not seen this row has a lower transaction id or an older snapshot.
    created_xid XID8 NOT NULL DEFAULT pg_current_xact_id(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp()
);

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

-- Writes the trigger function for event tables with this tenant column; returns its name. The
-- column's name is part of the text, because a statement that is planned once costs a third of one
-- that is planned for each insert.
CREATE FUNCTION godwit.create_fence(tenant_column NAME) RETURNS TEXT
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog AS $create$
BEGIN
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION godwit.%1$I() RETURNS trigger
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $fence$
        DECLARE
            pass text := current_setting('godwit.migration', true);
            tenant text;
            route_store text;
            route_epoch bigint;
            route_state text;
        BEGIN
            IF pass <> '' THEN
                -- Made in this very transaction, and in a session of the fence's owner.
                IF split_part(pass, ':', 1) = pg_current_xact_id()::text
                    AND pg_has_role(session_user, current_user, 'MEMBER') THEN
                    RETURN NULL;
                END IF;
            END IF;
            -- The way of almost everybody, at half the price of an empty loop.
            IF NOT EXISTS (
                SELECT FROM godwit_added n
                JOIN godwit.tenant_route r ON r.tenant_id = n.%2$I::text COLLATE "C"
            ) THEN
                RETURN NULL;
            END IF;
            FOR tenant IN
                SELECT r.tenant_id
                FROM godwit.tenant_route r
                WHERE r.tenant_id IN (SELECT n.%2$I::text COLLATE "C" FROM godwit_added n)
                ORDER BY r.tenant_id
            LOOP
                PERFORM pg_advisory_xact_lock_shared(hashtextextended('godwit:' || tenant, 0));
                -- The read comes after the wait: this function is volatile, so each of its
                -- statements has a snapshot of its own in a READ COMMITTED transaction. In any
                -- other the snapshot is old; there FOR SHARE fails (40001) if the row has changed.
                IF current_setting('transaction_isolation') = 'read committed' THEN
                    SELECT r.store_id, r.epoch, r.state INTO route_store, route_epoch, route_state
                    FROM godwit.tenant_route r WHERE r.tenant_id = tenant;
                ELSE
                    SELECT r.store_id, r.epoch, r.state INTO route_store, route_epoch, route_state
                    FROM godwit.tenant_route r WHERE r.tenant_id = tenant FOR SHARE;
                END IF;
                IF route_state = 'moved' THEN
                    RAISE EXCEPTION USING
                        ERRCODE = 'GW002',
                        MESSAGE = 'tenant ' || tenant || ' has moved to store ' || route_store
                            || ' (epoch ' || route_epoch || ')';
                END IF;
            END LOOP;
            RETURN NULL;
        END
        $fence$
        $function$, 'fence_' || tenant_column, tenant_column);
    EXECUTE format('REVOKE ALL ON FUNCTION godwit.%I() FROM PUBLIC', 'fence_' || tenant_column);
    RETURN 'fence_' || tenant_column;
END
$create$;
REVOKE ALL ON FUNCTION godwit.create_fence(NAME) FROM PUBLIC;
