package io.godwit.model;

import java.io.Serializable;
import java.util.Objects;

/** A chain event with its standing at its height, as the target receives it. */
public record RankedEvent(ChainEvent event, Standing standing) implements LogEvent, Serializable {

    public RankedEvent {
        Objects.requireNonNull(event, "event");
        Objects.requireNonNull(standing, "standing");
    }

    @Override
    public int tag() {
        return event.tag();
    }

    @Override
    public long sequence() {
        return event.sequence();
    }

    @Override
    public boolean live() {
        return event.live();
    }

    public boolean decides() {
        return standing == Standing.FIRST || standing == Standing.NEWEST;
    }
}
