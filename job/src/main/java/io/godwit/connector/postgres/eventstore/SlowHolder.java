package io.godwit.connector.postgres.eventstore;

import java.time.Duration;

/**
 * A transaction that holds up the gap fence. It is waited for, never skipped.
 *
 * @param pid 0 for a prepared transaction
 * @param application its name; for a prepared transaction its global id
 * @param state as in pg_stat_activity, or "prepared"
 * @param query its last one; what the user may see of it
 * @param age of the transaction, or how long it has been waited for where that is hidden
 */
public record SlowHolder(
        Fence.Holder holder,
        int pid,
        String application,
        String state,
        String query,
        Duration age) {

    @Override
    public String toString() {
        String who =
                pid == 0
                        ? "prepared transaction " + application
                        : "pid " + pid + " (" + application + ")";
        return who + ", " + state + " for " + age.toMillis() + " ms, query: " + query;
    }
}
