package io.godwit.port;

import io.godwit.model.LogEvent;
import io.godwit.model.SequenceRange;
import java.util.List;

/**
 * A store seen as logs of events with sequences 1, 2, 3 and so on, one log per tag. The whole of
 * what a new source implements. An instance is used by one thread at a time.
 */
public interface EventLog<E extends LogEvent> extends AutoCloseable {

    /**
     * The highest sequence that is final, by a strongly consistent read; 0 when there is no
     * history. Items above it may exist and are never read.
     *
     * @throws io.godwit.model.MigrationException TRANSIENT when the store does not answer
     */
    long head(int tag);

    /**
     * All events of the range in ascending order, by strongly consistent reads. A sequence that is
     * not there is an error that names it, never a shorter list.
     *
     * @param live handed on to {@link LogEvent#live()}
     * @throws io.godwit.model.MigrationException FATAL for a gap or for content that is not
     *     understood, TRANSIENT when the store does not answer
     */
    List<E> read(int tag, SequenceRange range, boolean live);

    @Override
    void close();
}
