package io.godwit.port;

import io.godwit.model.LogEvent;
import java.io.Serializable;

/**
 * Opens an {@link EventLog} where it is used: on the JobManager for heads, on readers for events.
 */
public interface EventLogFactory<E extends LogEvent> extends Serializable {
    EventLog<E> open();
}
