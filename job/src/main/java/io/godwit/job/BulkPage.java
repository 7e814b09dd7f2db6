package io.godwit.job;

/** How many events a read of the bulk copy asks for. */
final class BulkPage {

    private BulkPage() {}

    /**
     * With a limit on the rate, half a second's worth: a reader that waits can still be stopped.
     *
     * @param most without a limit
     * @param eventsPerSecond of all readers together, 0 for no limit
     */
    static int size(int most, long eventsPerSecond, int readers) {
        long share = eventsPerSecond / readers;
        return eventsPerSecond == 0 ? most : (int) Math.max(1, Math.min(most, share / 2));
    }
}
