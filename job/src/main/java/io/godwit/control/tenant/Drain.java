package io.godwit.control.tenant;

import io.godwit.connector.postgres.eventstore.AppendingTarget;
import io.godwit.connector.postgres.eventstore.EventTableLog;
import io.godwit.connector.postgres.eventstore.StoredEvent;
import io.godwit.model.SequenceRange;
import io.godwit.port.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Applies what the tail has not applied yet, ahead of what the gap fence has proved, because behind
 * the tenant's lock the fence cannot be waited for: the waiting appends hold the sequence. The
 * tail's cursor stays where it is; after a rolled back switch a waiting append may still commit a
 * position below, and the tail will come to it.
 *
 * <p>As much as possible is applied before the lock, so that behind it only the rest is left: all
 * that is visible where positions are kept; where they are appended only what is final, because a
 * lower position that is committed later would come to lie behind.
 */
final class Drain implements AutoCloseable {

    private static final int PAGE = 2000;

    private final EventTableLog log;
    private final Target<StoredEvent> into;
    private final Set<Long> applied = new HashSet<>();

    /**
     * @param log of the one tenant
     */
    Drain(EventTableLog log, Target<StoredEvent> into) {
        this.log = log;
        this.into = into;
    }

    /**
     * The tail, which appends the same rows, waits until {@link #letTheTailIn}: in the pause nobody
     * has time to wait for it. Where positions are kept it may go on, at other rows or at the same.
     */
    void keepTheTailOut() {
        if (into instanceof AppendingTarget lane) {
            lane.keepOthersOut();
        }
    }

    /** Gives up the session into the other store; the next call opens another one. */
    void letTheTailIn() {
        into.close();
    }

    /**
     * Applies the rows in (cursor, end] that this drain has not applied before.
     *
     * @param cursor everything up to it is applied
     * @param end {@link Long#MAX_VALUE} - 1 for all that is visible
     * @return how many there were
     */
    long apply(long cursor, long end) {
        applied.removeIf(position -> position <= cursor);
        long count = 0;
        long from = cursor + 1;
        while (from <= end) {
            List<StoredEvent> page = log.read(0, new SequenceRange(from, end + 1), PAGE, false);
            List<StoredEvent> left = new ArrayList<>();
            for (StoredEvent event : page) {
                if (!event.isMark() && !applied.contains(event.sequence())) {
                    left.add(event);
                }
            }
            if (!left.isEmpty()) {
                into.apply(left);
                left.forEach(event -> applied.add(event.sequence()));
                count += left.size();
            }
            from = page.get(page.size() - 1).sequence() + 1;
        }
        return count;
    }

    /** The last position that is final now, as this drain's own fence has proved it. */
    long head() {
        return log.head(0);
    }

    @Override
    public void close() {
        try {
            log.close();
        } finally {
            into.close();
        }
    }
}
