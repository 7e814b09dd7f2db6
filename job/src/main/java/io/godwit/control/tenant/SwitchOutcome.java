package io.godwit.control.tenant;

/** How an action of a switch ended. */
enum SwitchOutcome {
    /** As asked. */
    DONE,
    /** The lock was not granted in time: an append is still open. Nothing is held. */
    HELD,
    /** Behind the lock the route says that the tenant has moved already. Nothing is held. */
    OVERTAKEN,
    /**
     * No answer, or the server has ended the transaction. Whether a COMMIT came to pass is not
     * known; the routes will say.
     */
    LOST
}
