package io.godwit.router;

import java.util.Set;

/** The SQLSTATEs that mean something here. */
final class SqlStates {

    static final String TENANT_MOVED = "GW002";
    static final String UNIQUE_VIOLATION = "23505";

    /** lock_timeout has passed. */
    static final String LOCK_NOT_AVAILABLE = "55P03";

    /** No such schema, no such table, no right on it. */
    static final Set<String> NOT_READABLE = Set.of("3F000", "42P01", "42501");

    /** {@code txid_status} of a number that this server has not given out yet. */
    static final String INVALID_PARAMETER = "22023";

    private SqlStates() {}
}
