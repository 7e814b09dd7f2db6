package io.godwit.port;

import io.godwit.model.LogEvent;
import io.godwit.model.SequenceRange;
import java.util.List;

/**
 * A store seen as logs of events in the order of their sequences, one log per tag. The whole of
 * what a new source implements. An instance is used by one thread at a time.
 */
public interface EventLog<E extends LogEvent> extends AutoCloseable {

    /**
     * The highest sequence that is final, by a strongly consistent read; 0 when there is no
     * history, {@link #UNKNOWN} while that cannot be said yet: ask again. Items above it may exist
     * and are never read. In a log that is not dense, where finality is proved and not read, an
     * instance may know less than another one did.
     *
     * @throws io.godwit.model.MigrationException TRANSIENT when the store does not answer
     */
    long head(int tag);

    /** Of a head: not proved yet. */
    long UNKNOWN = -1;

    /**
     * Whether sequences are 1, 2, 3 and so on, so that a missing one is an error. Otherwise numbers
     * without an event are normal: those of other tenants, and of transactions rolled back.
     */
    default boolean dense() {
        return true;
    }

    /**
     * The events of the range in ascending order, or of a first part of it, by strongly consistent
     * reads. What was covered ends with the sequence of the last element, so there is at least one;
     * a log that is not dense says by a mark ({@link LogEvent#isMark()}) that it found nothing more
     * up to there. In a dense log a sequence that is not there is an error that names it.
     *
     * @param limit most events to read, at least 1
     * @param live handed on to {@link LogEvent#live()}
     * @throws io.godwit.model.MigrationException FATAL for a gap or for content that is not
     *     understood, TRANSIENT when the store does not answer
     */
    List<E> read(int tag, SequenceRange range, int limit, boolean live);

    /** Whether a tail of this log has events {@link #ahead} of its head. */
    default boolean readsAhead() {
        return false;
    }

    /**
     * Events of a tail that are committed, in any order, each with {@link LogEvent#isAhead()}; none
     * when there are none now. A later head tells that it has come with all events up to there.
     *
     * @param next the first sequence that is not known to be passed
     * @param limit most events to return, at least 1
     */
    default List<E> ahead(int tag, long next, int limit) {
        return List.of();
    }

    @Override
    void close();
}
