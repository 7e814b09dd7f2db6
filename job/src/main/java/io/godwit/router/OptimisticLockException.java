package io.godwit.router;

/**
 * The stream is not as the append expected. Nothing was stored: read the stream and decide anew.
 */
public final class OptimisticLockException extends EventStoreException {

    private final transient StreamId stream;
    private final transient ExpectedVersion expected;
    private final long actual;

    OptimisticLockException(StreamId stream, ExpectedVersion expected, long actual) {
        super(
                "Stream %s is at version %d, expected %s; read it again and decide anew"
                        .formatted(stream, actual, expected));
        this.stream = stream;
        this.expected = expected;
        this.actual = actual;
    }

    public StreamId stream() {
        return stream;
    }

    public ExpectedVersion expected() {
        return expected;
    }

    /** The version that the stream had when the store looked; 0 for no stream. */
    public long actual() {
        return actual;
    }
}
