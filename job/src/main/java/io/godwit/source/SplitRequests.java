package io.godwit.source;

import org.apache.flink.api.connector.source.SourceReaderContext;

/**
 * One more range for every split that ends, asked for in the split's middle: the fetcher has the
 * next range when it needs it, even while the writer holds the main thread back. Used by the
 * reader's main thread.
 */
final class SplitRequests {

    private int due;

    /** To be called when the split has moved or has ended. */
    void note(EventLogSplitState split) {
        if (split.asksForNext()) {
            due++;
        }
    }

    void send(SourceReaderContext context) {
        for (; due > 0; due--) {
            context.sendSplitRequest();
        }
    }
}
