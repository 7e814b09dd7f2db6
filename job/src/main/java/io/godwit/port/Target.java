package io.godwit.port;

import io.godwit.model.ApplyResult;
import java.util.List;

/**
 * A store that events are applied to. The whole of what a new target implements. An instance is
 * used by one thread at a time.
 */
public interface Target<E> extends AutoCloseable {

    /**
     * Applies a batch in one transaction: all of it or nothing. Idempotent: an event that is there
     * with the same content is counted as already equal, so a batch can be delivered again after a
     * crash; one that is there with other content is an error that names the keys.
     *
     * @throws io.godwit.model.MigrationException FATAL for different or invalid content, TRANSIENT
     *     when the store does not answer
     */
    ApplyResult apply(List<E> batch);

    @Override
    void close();
}
