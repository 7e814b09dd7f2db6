package io.godwit.router;

import java.util.List;
import java.util.UUID;

/**
 * Streams of events, appended to with an expected version and never changed. Safe for any number of
 * threads; calls block. All errors are {@link EventStoreException} or one of its kinds.
 */
public interface EventStore {

    /**
     * Appends all of the events in one transaction, or none.
     *
     * <p>When it returns, the events are committed. Any exception but {@link
     * AppendOutcomeUnknownException} means that nothing was stored; after that one, append the same
     * events again: {@link DuplicateEventException} then says that they were stored.
     *
     * @param events at least one, with distinct event ids
     * @throws OptimisticLockException the stream is not as expected, or another append came first
     *     (with any expectation: the caller decides whether to try again)
     * @throws DuplicateEventException the store has an event of that id
     * @throws IllegalArgumentException no events, or an event id twice
     */
    AppendResult append(StreamId stream, List<NewEvent> events, ExpectedVersion expected);

    /**
     * The events of a stream in order.
     *
     * @param fromVersion the first version wanted, inclusive; 1 for all
     * @return empty for a stream that is not there
     */
    List<RecordedEvent> readStream(StreamId stream, long fromVersion);

    /** The version of the stream's last event; 0 for a stream that is not there. */
    long streamVersion(StreamId stream);

    /**
     * A tenant's events over all streams, by position. Events of transactions that are not older
     * than the oldest one still running are left for a later call.
     *
     * @param tenantId null for the events of nobody
     * @param afterPosition exclusive; 0 for the start
     * @param limit most events in the page, at least 1
     */
    FeedPage readAll(UUID tenantId, long afterPosition, int limit);
}
