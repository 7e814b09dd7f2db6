package io.godwit.router;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * What is to be appended, checked.
 *
 * @param lockTimeout longest wait for a lock in the database; null leaves the session's setting
 */
record Append(
        StreamId stream, List<NewEvent> events, ExpectedVersion expected, Duration lockTimeout) {

    Append {
        Objects.requireNonNull(stream, "stream");
        Objects.requireNonNull(expected, "expected");
        events = List.copyOf(events);
        if (events.isEmpty()) {
            throw new IllegalArgumentException(
                    "No events to append to stream " + stream + "; leave the call out");
        }
        Set<UUID> ids = new HashSet<>();
        for (NewEvent event : events) {
            if (!ids.add(event.eventId())) {
                throw new IllegalArgumentException(
                        "Event %s is twice in one append to stream %s; give each its own id"
                                .formatted(event.eventId(), stream));
            }
        }
    }

    List<UUID> eventIds() {
        return events.stream().map(NewEvent::eventId).toList();
    }
}
