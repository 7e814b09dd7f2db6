package io.godwit.model;

/** The two things that happen to a chain. An event of any other type stops the migration. */
public enum BlockEventType {
    BLOCK_ADDED,
    BLOCK_REMOVED
}
