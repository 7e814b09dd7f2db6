package io.godwit.connector.postgres.eventstore.companion;

import io.godwit.connector.postgres.eventstore.companion.TenantEvents.Event;
import io.godwit.connector.postgres.eventstore.companion.TenantEvents.Here;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Positions of a store for positions of another one that drew its own: the highest that no event
 * after the asked one is at or below. Found by event id, so whatever the order of the events is.
 *
 * <p>Why nothing is skipped: one lane appends the tenants' events to the target, so each is above
 * those that are there. Let p be asked for and e an event of the source above p. If e is in the
 * target when its page is looked up, the answer is below it. If it is not, it will be above what
 * was there when the target's last position was read, which was before any page; and the answer is
 * never above that last position.
 *
 * <p>Reads only, a page at a time, from the highest asked position down.
 */
final class AppendedPositions {

    private static final int PAGE = 10_000;

    private final TenantEvents source;
    private final TenantEvents target;
    private final int pageSize;

    AppendedPositions(TenantEvents source, TenantEvents target) {
        this(source, target, PAGE);
    }

    AppendedPositions(TenantEvents source, TenantEvents target, int pageSize) {
        this.source = source;
        this.target = target;
        this.pageSize = pageSize;
    }

    /**
     * @param position of the target
     * @param missing events above the asked position and not above the switch that the target does
     *     not have: with any of these the position is not to be used
     */
    record Answer(long position, long missing) {}

    /**
     * @param through the switch position in the source
     */
    Map<Long, Answer> of(Collection<Long> asked, long through) throws SQLException {
        Map<Long, Answer> answers = new TreeMap<>();
        if (asked.isEmpty()) {
            return answers;
        }
        long last = target.last();
        TreeSet<Long> bounds = new TreeSet<>(asked);
        bounds.add(through);
        long until = Long.MAX_VALUE;
        long lowest = last + 1;
        long missing = 0;
        for (long bound : bounds.descendingSet()) {
            for (long above = bound; ; ) {
                List<Event> page = source.page(above, until, pageSize);
                if (page.isEmpty()) {
                    break;
                }
                Here here = target.here(page);
                lowest = Math.min(lowest, here.lowest().orElse(lowest));
                // The switch is a bound: a page lies wholly above it or not at all.
                missing += bound < through ? distinct(page) - here.found() : 0;
                above = page.get(page.size() - 1).position();
            }
            until = bound;
            answers.put(bound, new Answer(lowest - 1, missing));
        }
        answers.keySet().retainAll(asked);
        return answers;
    }

    /** Of a partitioned table, event ids are not unique. */
    private static long distinct(List<Event> page) {
        return page.stream().map(Event::eventId).distinct().count();
    }
}
