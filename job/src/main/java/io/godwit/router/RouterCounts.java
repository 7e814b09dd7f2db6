package io.godwit.router;

/**
 * What a {@link TenantStoreRouter} has to say about itself.
 *
 * @param appendsUnderWay now: sent to a store or between two stores, so held appends, too
 * @param redirected appends, ever, that a store refused and another was asked for, per redirection
 * @param paused appends, ever, that ended with {@link WritePausedException}
 */
public record RouterCounts(long appendsUnderWay, long redirected, long paused) {}
