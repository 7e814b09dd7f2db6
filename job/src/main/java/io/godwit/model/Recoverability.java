package io.godwit.model;

/** What can be done about an error, as the seeds list it. */
public enum Recoverability {
    /** An operator can mend the cause; the migration then goes on from where it was. */
    RECOVERABLE,
    /** It passes by itself: retried with backoff, then by Flink from the last checkpoint. */
    TRANSIENT,
    /** Going on would lose or double an event: the job stops and is not restarted. */
    FATAL
}
