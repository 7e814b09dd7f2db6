package io.godwit.router;

/**
 * An append waited for its tenant's writes as long as it may: a cutover held them, or the store
 * that takes them was not open yet. Nothing was stored: append again.
 */
public final class WritePausedException extends EventStoreException {

    private final String tenantId;
    private final long waitedMs;

    WritePausedException(String tenantId, long waitedMs, Throwable cause) {
        super(
                ("Writes of tenant %s are paused: waited %d ms; nothing was stored, append again"
                                + " (a longer write pause timeout waits longer)")
                        .formatted(tenantId, waitedMs),
                cause);
        this.tenantId = tenantId;
        this.waitedMs = waitedMs;
    }

    public String tenantId() {
        return tenantId;
    }

    /** From the start of the append, over all stores it was sent to. */
    public long waitedMs() {
        return waitedMs;
    }
}
