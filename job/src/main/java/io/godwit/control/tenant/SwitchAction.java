package io.godwit.control.tenant;

/** What a tenant's switch from one store to the other is made of (design, section 6.5). */
enum SwitchAction {
    /**
     * Read the tenant's route in both stores, once nobody holds the tenant's lock exclusively: a
     * COMMIT whose answer was lost may still come to pass until then.
     */
    OBSERVE,
    /**
     * Begin a transaction in the store that is left, and take the tenant's lock there exclusively:
     * appends in flight end first, new ones wait.
     */
    LOCK,
    /** Read the tenant's last position: behind the lock there will never be a later one. */
    READ_END,
    /** Apply to the other store what it does not have up to that position. */
    DRAIN,
    /** Change the route, still invisible to anybody else. */
    MOVE,
    /** The commit point. */
    COMMIT,
    /** Let the waiting appends go on where they are. */
    ROLLBACK,
    /** Let the store that is moved to take the tenant's appends. */
    OPEN,
    /** Nothing is left to do: the tenant is in the other store. */
    DONE,
    /** Nothing has changed, and nothing more is tried. */
    GIVE_UP
}
