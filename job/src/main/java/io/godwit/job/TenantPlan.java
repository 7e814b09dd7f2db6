package io.godwit.job;

import java.io.Serializable;
import java.util.List;

/**
 * What a tenant migration will do, as it was decided when it was planned.
 *
 * @param columns what is copied, the position first
 * @param start the first position to read
 * @param offset target position minus source position
 * @param positions how many positions the source has, those of other tenants included
 * @param events how many of them are events of these tenants, as the statistics say
 */
public record TenantPlan(List<String> columns, long start, long offset, long positions, long events)
        implements Serializable {

    private static final int WIDEST = 1_000_000_000;

    public TenantPlan {
        columns = List.copyOf(columns);
    }

    /**
     * Positions per range, so that a range has about {@code batchSize} events: in a store of many
     * tenants most positions belong to others.
     */
    public int rangeWidth(int batchSize) {
        double perEvent = events == 0 ? 1 : Math.max(1.0, (double) positions / events);
        return (int) Math.min(WIDEST, Math.ceil(batchSize * perEvent));
    }
}
