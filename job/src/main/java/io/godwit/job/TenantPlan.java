package io.godwit.job;

import io.godwit.connector.postgres.eventstore.PostgresEventStoreSpec;
import io.godwit.spec.Positions;
import io.godwit.spec.Tail;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * One flow of tenants' events from a store into another, as it was decided when it was planned: a
 * migration from its source to its target, or the way back after a cutover.
 *
 * @param title the Flink job's name
 * @param from where the events come from
 * @param to the store that receives them
 * @param positions where an event lies in the receiving store
 * @param tail how new events are seen; poll where positions are not kept
 * @param columns what is copied, the position first
 * @param start the first position to read; of a way back the one above the last switch
 * @param offset target position minus source position; 0 where positions are not kept
 * @param span how many positions the source has, those of other tenants included
 * @param events how many of them are events of these tenants, as the statistics say
 */
public record TenantPlan(
        String title,
        PostgresEventStoreSpec from,
        PostgresEventStoreSpec to,
        Positions positions,
        Tail tail,
        List<String> columns,
        long start,
        long offset,
        long span,
        long events)
        implements Serializable {

    private static final int WIDEST = 1_000_000_000;

    public TenantPlan {
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(positions, "positions");
        Objects.requireNonNull(tail, "tail");
        columns = List.copyOf(columns);
        if (positions == Positions.APPEND && tail == Tail.LOGICAL) {
            throw new IllegalArgumentException(
                    "tail: logical for positions that the receiving store draws itself: events"
                            + " would lie there in the order of their commits");
        }
        if (positions == Positions.APPEND && offset != 0) {
            throw new IllegalArgumentException(
                    "Offset "
                            + offset
                            + " for positions that the receiving store draws itself; it is 0");
        }
    }

    /**
     * How many readers and writers, of so many that the spec allows. Whoever appends does it in
     * order.
     */
    public int lanes(int parallelism) {
        return switch (positions) {
            case KEEP -> parallelism;
            case APPEND -> 1;
        };
    }

    /**
     * Positions per range, so that a range has about {@code batchSize} events: in a store of many
     * tenants most positions belong to others. Where the order counts there is one range: of two, a
     * reader that is restored may go on with the later one.
     */
    public int rangeWidth(int batchSize) {
        if (positions == Positions.APPEND) {
            return Integer.MAX_VALUE;
        }
        double perEvent = events == 0 ? 1 : Math.max(1.0, (double) span / events);
        return (int) Math.min(WIDEST, Math.ceil(batchSize * perEvent));
    }
}
