package io.godwit.router;

/**
 * What an acknowledged append did; it is committed.
 *
 * @param newVersion the version of its last event
 * @param position the position of its first event, in the store that took it
 */
public record AppendResult(long newVersion, long position) {}
