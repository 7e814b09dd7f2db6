package io.godwit.connector.postgres.eventstore;

import java.util.HashSet;
import java.util.Set;

/**
 * The events up to a position, and who may still commit one among them.
 *
 * @param position nothing above it is spoken of
 * @param holders transactions that may have drawn a position up to it
 */
public record Fence(long position, Set<Holder> holders) {

    /**
     * A transaction that has drawn a position.
     *
     * @param transaction its virtual id, as pg_locks shows it
     * @param pid its session; 0 once it is prepared
     */
    public record Holder(String transaction, int pid) {

        boolean isPrepared() {
            return pid == 0;
        }
    }

    public Fence {
        holders = Set.copyOf(holders);
    }

    /**
     * Whatever there will ever be up to the position is seen by every snapshot taken from now on.
     */
    public boolean isFinal() {
        return holders.isEmpty();
    }

    /**
     * The same fence with those holders that are still there. A session that has gone may have
     * prepared its transaction, under another id in older servers: then every prepared holder is
     * taken in.
     *
     * @param now all holders at one moment after the fence was taken
     */
    Fence stillOpen(Set<Holder> now) {
        Set<Holder> left = new HashSet<>(holders);
        left.retainAll(now);
        if (holders.stream().anyMatch(holder -> !holder.isPrepared() && !now.contains(holder))) {
            now.stream().filter(Holder::isPrepared).forEach(left::add);
        }
        return new Fence(position, left);
    }
}
