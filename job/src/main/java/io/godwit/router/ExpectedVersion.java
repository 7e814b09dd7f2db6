package io.godwit.router;

/** What a stream must be for an append to happen. */
public final class ExpectedVersion {

    private static final ExpectedVersion ANY = new ExpectedVersion("any", 0, Long.MAX_VALUE);
    private static final ExpectedVersion NO_STREAM = new ExpectedVersion("no_stream", 0, 0);
    private static final ExpectedVersion STREAM_EXISTS =
            new ExpectedVersion("stream_exists", 1, Long.MAX_VALUE);

    private final String name;
    private final long least;
    private final long most;

    private ExpectedVersion(String name, long least, long most) {
        this.name = name;
        this.least = least;
        this.most = most;
    }

    public static ExpectedVersion any() {
        return ANY;
    }

    /** The stream has no event. */
    public static ExpectedVersion noStream() {
        return NO_STREAM;
    }

    /** The stream has an event, whichever. */
    public static ExpectedVersion streamExists() {
        return STREAM_EXISTS;
    }

    /** The stream's last event has this version; 0 is a stream without events. */
    public static ExpectedVersion exact(long version) {
        if (version < 0) {
            throw new IllegalArgumentException(
                    "exact(" + version + "): the versions of a stream start at 1, 0 is none");
        }
        return new ExpectedVersion("exact(" + version + ")", version, version);
    }

    boolean accepts(long actual) {
        return least <= actual && actual <= most;
    }

    @Override
    public String toString() {
        return name;
    }
}
